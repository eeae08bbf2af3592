import { Field } from 'type-graphql';
import { wordsOfField } from '../field-words.js';
import type { Entity } from './entity.js';
import { SourcedValue } from './sourced-value.js';

/**
 * Publishes fields whose value is chosen among the visible records. Null: no visible record states it.
 * A field of the record under another name is written `published: 'field of the record'`.
 */
export function publishValues(type: { prototype: Entity }, fields: Readonly<Record<string, string>>): void {
  for (const [published, field] of Object.entries(fields)) {
    Object.defineProperty(type.prototype, published, {
      get(this: Entity) {
        const choice = this.choice(field);
        return choice ? new SourcedValue(choice) : null;
      },
    });
    const { zh, en } = wordsOfField(field);
    const description = `${zh} / ${en.charAt(0).toUpperCase()}${en.slice(1)}`;
    Field(() => SourcedValue, { nullable: true, description })(type.prototype, published);
  }
}
