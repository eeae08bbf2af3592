import 'reflect-metadata';
import { Field, Int, ObjectType, type ClassType } from 'type-graphql';
import { Refused } from './errors.js';

export const LONGEST_PAGE = 200;

/** Where a page begins: above this id, so many of them. */
export interface Page {
  readonly after: number;
  readonly first: number;
}

/** @throws Refused for a `first` outside 1…200 and a cursor of another list or none of ours */
export function readPage(list: string, first: number | null | undefined, after: string | null | undefined): Page {
  const length = first ?? 20;
  if (!Number.isInteger(length) || length < 1 || length > LONGEST_PAGE) {
    throw new Refused('BAD_USER_INPUT', `first is 1…${LONGEST_PAGE}. first 须在 1 到 ${LONGEST_PAGE} 之间`);
  }
  return { first: length, after: after === null || after === undefined ? 0 : readCursor(list, after) };
}

export function writeCursor(list: string, id: number): string {
  return Buffer.from(`${list}>${id}`).toString('base64url');
}

function readCursor(list: string, text: string): number {
  const found = /^(\w+)>(\d{1,15})$/.exec(/^[\w-]{1,80}$/.test(text) ? Buffer.from(text, 'base64url').toString() : '');
  if (found?.[1] !== list)
    throw new Refused('BAD_USER_INPUT', 'after is not a cursor of this list. after 不是本列表的游标');
  return Number(found[2]);
}

@ObjectType({ description: '翻页信息 / Where a page stands in its list' })
export class PageInfo {
  @Field(() => Boolean, { description: '后面是否还有 / Whether more follow' })
  hasNextPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      '本页最后一项的游标；空页为 null，entityChanges 除外 / Cursor of the last item; null on an empty page, but of `entityChanges` never',
  })
  endCursor!: string | null;
}

/** A page of things with their ids. */
export interface Connected<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly pageInfo: PageInfo;
  readonly count: () => Promise<number> | number;
}

/**
 * Makes a page of what was read: one item more than was asked for tells that more follow.
 * @param ids in the list's order, at most `first` + 1
 */
export function connect<T>(
  list: string,
  page: Page,
  ids: readonly number[],
  nodes: readonly (T | null)[],
  count: () => Promise<number> | number,
): Connected<T> {
  const edges = ids.slice(0, page.first).flatMap((id, at) => {
    const node = nodes[at];
    return node ? [{ cursor: writeCursor(list, id), node }] : [];
  });
  const last = ids[Math.min(ids.length, page.first) - 1];
  return {
    edges,
    pageInfo: {
      hasNextPage: ids.length > page.first,
      endCursor: last === undefined ? null : writeCursor(list, last),
    },
    count,
  };
}

/** The published types of a list: `<Name>Connection` and `<Name>Edge`. */
export function connectionOf<T extends object>(name: string, words: string, node: () => ClassType<T>) {
  @ObjectType(`${name}Edge`, { description: `${words}：列表中的一项 / One ${name} of a list, with its cursor` })
  class Edge {
    @Field(() => String, { description: '游标，不可解读 / Opaque cursor' })
    cursor!: string;

    @Field(() => node(), { description: '该项 / The item' })
    node!: T;
  }

  @ObjectType(`${name}Connection`, { description: `${words}：一页 / A page of ${name}` })
  class Connection {
    @Field(() => [Edge], { description: '各项及其游标 / The items with their cursors' })
    edges!: Edge[];

    @Field(() => [node()], { description: '各项 / The items' })
    nodes(): T[] {
      return (this as unknown as Connected<T>).edges.map((edge) => edge.node);
    }

    @Field(() => PageInfo, { description: '翻页信息 / Where the page stands' })
    pageInfo!: PageInfo;

    @Field(() => Int, {
      description:
        '查看者可见的总数，仅在请求时计算 / How many this viewer can see in all; counted only when asked for',
    })
    totalCount(): Promise<number> | number {
      return (this as unknown as Connected<T>).count();
    }
  }
  return Connection;
}
