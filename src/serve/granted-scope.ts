import { Field, ObjectType } from 'type-graphql';
import type { Grant } from '../authorize/index.js';

type Scope = Pick<Grant, 'client' | 'organ' | 'divisions' | 'registers' | 'fields'>;

/** Who may see what, as a grant and what was opened by breaking glass both tell it. */
@ObjectType()
export abstract class GrantedScope<T extends Scope> {
  constructor(protected readonly told: T) {}

  @Field(() => String, { description: '客户端 / Client' })
  get client() {
    return this.told.client;
  }

  @Field(() => String, { description: '对客户端负责的机关 / The organ that answers for the client' })
  get organ() {
    return this.told.organ;
  }

  @Field(() => [String], { description: '区划代码 / Codes of divisions' })
  get divisions() {
    return this.told.divisions;
  }

  @Field(() => [String], { description: '部门登记 / Registers' })
  get registers() {
    return this.told.registers;
  }

  @Field(() => [String], { description: '按原样显示的字段类别 / Classes of fields that are shown as stated' })
  get fields() {
    return this.told.fields;
  }
}
