import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface';
import { execute, GraphQLError, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { ReadingFailed, type Readings, type Statement } from '../authorize/index.js';
import type { Viewer } from '../model/viewer.js';
import { ToldAccess } from './access-note.js';
import type { Accessing } from './accessing.js';
import type { Context, RequestContext } from './context.js';
import { codeOf } from './errors.js';
import type { KnownDeliveries } from './gather-evidence.js';
import { followed } from './follow-request.js';
import { judgeVariables } from './judge-variables.js';
import type { Previewing } from './previewing.js';
import type { Reviewing } from './reviewing.js';
import { seenBy } from './mask-evidence.js';
import { openLoaders } from './open-loaders.js';
import { directingVariables, planOperation, type Plan } from './plan-operation.js';
import { runPlan } from './run-plan.js';
import { surveyOperation, type Survey } from './survey-operation.js';
import { isRefusal, writeAccess } from './write-access.js';

const MOST_ERRORS = 10;
/** Grants change a few times a day, or a dozen at once. */
const MOST_TRIES = 10;
/** Compiled documents that are kept; the one not asked for the longest goes first. */
const MOST_COMPILED = 300;
/** Of one document, by the values of its directives. */
const MOST_WAYS = 8;

/** What this room does not do itself. */
export interface Joined {
  readonly countReveal: Context['countReveal'];
  readonly countMisses: Context['countMisses'];
  readonly mostMisses: number;
  readonly granting: Context['granting'];
  readonly stating: Context['stating'];
  readonly reviewing: Reviewing | null;
  readonly previewing: Previewing | null;
  readonly readAddress: Context['readAddress'];
}

/**
 * Runs operations, each in one reading of its viewer with loaders of its own. Apollo calls what executes for it a gateway.
 * A document that comes again is compiled: that takes a millisecond once, and a third of the time from then on. What was read of people is
 * written down before the answer is returned.
 */
export function executeWith(
  schema: GraphQLSchema,
  readings: Readings,
  accessing: Accessing,
  joined: Joined,
): GatewayInterface {
  const compile = rememberCompiled(schema);
  const survey = rememberSurveys(schema);
  const plan = rememberPlans(schema);
  const deliveries: KnownDeliveries = new Map();
  const answerByPlan = async (
    found: Plan | null,
    contextValue: Context,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<ExecutionResult | null> => {
    // Who sees totals alone is told so where single persons are read.
    if (!found || !contextValue.viewer.records) return null;
    try {
      return { data: await runPlan(found, contextValue, variables, deliveries) };
    } catch {
      // Whatever it was, the long way finds it too and says it field by field.
      return null;
    }
  };
  const executor: GatewayExecutor = async ({ context, document, operation, operationName, queryHash, request }) => {
    const started = performance.now();
    const asked = context as RequestContext;
    asked.inquiry.executed = true;
    const surveyed = survey(document, operation, queryHash);
    // A reading that is begun anew tells anew.
    let told = new ToldAccess();
    const read = (viewer: Viewer): Promise<ExecutionResult> =>
      followed(readings, asked.inquiry, operation.operation === 'mutation').read(viewer, async (reading) => {
        told = new ToldAccess();
        // A change writes through a door of its own: whether the viewer still is what it was is asked before, while it can be asked anew.
        if (operation.operation === 'mutation') await reading.query(STILL_ADMITTED, []);
        const loaders = openLoaders(reading, told, surveyed.wholeRecords);
        const contextValue: Context = { ...asked, viewer, reading, loaders, note: told, ...joined };
        const variables = request.variables ?? {};
        const planned = await answerByPlan(
          plan(document, operation, queryHash, variables, !seenBy(reading).isWhole),
          contextValue,
          variables,
        );
        if (planned) return planned;
        // A change comes once, and what runs its fields one after another is not compiled.
        const compiled =
          operation.operation === 'query'
            ? compile(`${queryHash} ${operationName ?? ''}`, document, operationName)
            : null;
        const answered = (await (compiled
          ? compiled.query({}, contextValue, variables)
          : execute({
              schema,
              document,
              operationName,
              contextValue,
              variableValues: variables,
              rootValue: {},
            }))) as ExecutionResult;
        // Nor is anything else answered to a token that was revoked, though it asked nothing of the database.
        if (!reading.begun) await reading.query(STILL_ADMITTED, []);
        // Nothing was run: a variable is none, and what says so holds its value.
        if (answered.errors && answered.data === undefined) {
          return { errors: judgeVariables(schema, operation, variables) };
        }
        return compiled ? inOurErrors(answered) : answered;
      });
    let { viewer } = asked;
    let result: ExecutionResult | null = null;
    let failure: unknown = null;
    for (let tries = 1; result === null && failure === null; tries += 1) {
      try {
        result = await read(viewer);
      } catch (error) {
        // A grant changed between two requests: this one is answered by what holds now.
        const isStale = error instanceof ReadingFailed && error.failure === 'stale';
        if (!isStale || tries === MOST_TRIES) failure = error;
        else viewer = await asked.readmit().catch((refused: unknown) => ((failure = refused), viewer));
      }
    }
    const write = () => writeAccess(accessing, { ...asked, viewer }, surveyed, told, result, failure, started);
    const error = failure ?? result?.errors?.[0] ?? null;
    if (surveyed.personal || told.isSought || told.persons.size + told.households.size > 0) await write();
    // Who asks of nobody leaves no row, but where it is refused: and then it is refused whether or not that can be written.
    else if (error !== null && isRefusal(codeOf(error))) await write().catch(() => {});
    if (!result) return { errors: [new GraphQLError('No answer.', { originalError: failure as Error })] };
    return (
      result.errors && result.errors.length > MOST_ERRORS
        ? { ...result, errors: result.errors.slice(0, MOST_ERRORS) }
        : result
    ) as Awaited<ReturnType<GatewayExecutor>>;
  };
  return {
    onSchemaLoadOrUpdate: (tell) => {
      tell({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => {};
    },
    load: async () => ({ executor }),
    stop: async () => {},
  };
}

/** Null for an operation that is answered the long way. */
function rememberPlans(schema: GraphQLSchema) {
  const known = new Map<string, { readonly directing: readonly string[]; readonly plans: Map<string, Plan | null> }>();
  return (
    ...[document, operation, queryHash, variables, masked]: [...Document, Readonly<Record<string, unknown>>, boolean]
  ): Plan | null => {
    if (operation.operation !== 'query') return null;
    const key = `${queryHash} ${operation.name?.value ?? ''}`;
    let found = known.get(key);
    if (found) known.delete(key);
    else found = { directing: directingVariables(document), plans: new Map() };
    if (known.size >= MOST_COMPILED) known.delete(known.keys().next().value!);
    known.set(key, found);
    const { directing, plans } = found;
    const values = directing.map((name) => variables[name]);
    // A variable that is not given has its default, and anything but yes or no is refused: both the long way.
    if (!values.every((value) => typeof value === 'boolean')) return null;
    const by = [masked, ...values].join();
    let plan = plans.get(by);
    if (plan === undefined) {
      plan = planOperation(
        schema,
        document,
        operation,
        Object.fromEntries(directing.map((name, at) => [name, values[at]])),
        masked,
      );
      if (plans.size < MOST_WAYS) plans.set(by, plan);
    }
    return plan;
  };
}

/** A compiled document's errors are of a class of its own, and may have no extensions: then nobody after this would find their code. */
function inOurErrors(answered: ExecutionResult): ExecutionResult {
  if (!answered.errors) return answered;
  return {
    ...answered,
    errors: answered.errors.map(
      ({ message, path, originalError }) =>
        new GraphQLError(message, { path: path ?? null, originalError: originalError ?? null }),
    ),
  };
}

type Compile = (key: string, document: Parameters<typeof compileQuery>[1], name: string | null) => CompiledQuery | null;

const STILL_ADMITTED: Statement = { name: 'still_admitted', text: 'select' };

/** Null for a document seen for the first time, and for one that cannot be compiled: those are walked. */
function rememberCompiled(schema: GraphQLSchema): Compile {
  const known = new Map<string, CompiledQuery | 'seen' | 'not'>();
  return (key, document, name) => {
    const found = known.get(key);
    known.delete(key);
    if (known.size >= MOST_COMPILED) known.delete(known.keys().next().value!);
    if (found === undefined) {
      known.set(key, 'seen');
      return null;
    }
    if (found !== 'seen') {
      known.set(key, found);
      return found === 'not' ? null : found;
    }
    const compiled = compileQuery(schema, document, name ?? undefined, { disablingCapturingStackErrors: true });
    const ready = isCompiledQuery(compiled as never) ? (compiled as CompiledQuery) : null;
    known.set(key, ready ?? 'not');
    return ready;
  };
}

/** What a document asks about people does not change from one time to the next. */
function rememberSurveys(schema: GraphQLSchema) {
  const known = new Map<string, Survey>();
  return (...[document, operation, queryHash]: Document): Survey => {
    const key = `${queryHash} ${operation.name?.value ?? ''}`;
    let found = known.get(key);
    if (!found) {
      if (known.size >= MOST_COMPILED) known.delete(known.keys().next().value!);
      known.set(key, (found = surveyOperation(schema, document, operation, queryHash)));
    }
    return found;
  };
}

type Document = Parameters<typeof surveyOperation> extends [GraphQLSchema, ...infer Rest] ? Rest : never;
