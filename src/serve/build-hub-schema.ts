import 'reflect-metadata';
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { AccessesResolver } from './accesses.js';
import { GrantsResolver } from './administer-grants.js';
import { BreakGlassResolver } from './break-glass.js';
import { EntityChangesResolver } from './entity-changes.js';
import { ListsOfDivisions, ListsOfGrids, MoreListsOfDivisions } from './lists-of-areas.js';
import { HomesAggregates } from './homes-aggregates.js';
import { LinkageRuns } from './linkage-runs.js';
import { MatchPreviewResolver } from './match-preview.js';
import { PeopleAggregates } from './people-aggregates.js';
import { QueryResolver } from './query.js';
import { ReviewResolver } from './review.js';
import { UndoChangeResolver } from './undo-change.js';
import { VerifyPersonsResolver } from './verify-persons.js';

let built: GraphQLSchema | null = null;

/** The published schema: one a process, for type-graphql keeps its types for the process as well. */
export function buildHubSchema(): GraphQLSchema {
  built ??= buildSchemaSync({
    resolvers: [
      QueryResolver,
      GrantsResolver,
      BreakGlassResolver,
      ReviewResolver,
      AccessesResolver,
      EntityChangesResolver,
      HomesAggregates,
      LinkageRuns,
      MatchPreviewResolver,
      PeopleAggregates,
      UndoChangeResolver,
      VerifyPersonsResolver,
      ListsOfDivisions,
      ListsOfGrids,
      MoreListsOfDivisions,
    ],
    validate: false,
    // Every type is reached from Query or Mutation; a guard would make each field asynchronous, and rights are the database's.
    authMode: 'error',
  });
  return built;
}

/** As `schema/schema.graphql` has it. */
export function printHubSchema(): string {
  return `${printSchema(lexicographicSortSchema(buildHubSchema()))}\n`;
}
