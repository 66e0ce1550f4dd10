import { isGrpcServiceError, type ConnectionLike } from '@temporalio/client';
import { google, temporal } from '@temporalio/proto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '../src/workflows/search-attributes';
import type { Report } from './cli-release';

const { IndexedValueType } = temporal.api.enums.v1;
type AttributeTypes = Record<string, temporal.api.enums.v1.IndexedValueType>;

/** PERMISSION_DENIED and UNIMPLEMENTED: https://grpc.io/docs/guides/status-codes/ */
const CLOSED: readonly number[] = [7, 12];

const DAY_SECONDS = 24 * 60 * 60;
/** No delivery lives longer; a closed one guards against its duplicates for as long as it is kept. */
export const RETENTION_DAYS = 14;

/** Servers answer from a cache for some seconds after a registration. */
const VISIBLE_TIMEOUT_MS = 60_000;
const LOOK_INTERVAL_MS = 100;

/**
 * Makes the namespace fit for deliveries: it keeps closed workflows for 14 days or more and knows all search
 * attributes. The same for the embedded server and any other; a second call changes nothing.
 * @throws {Error} naming the search attributes that are missing and cannot be registered from here.
 */
export async function prepareNamespace(
  connection: ConnectionLike,
  namespace: string,
  report: Report = () => undefined,
): Promise<void> {
  await raiseRetention(connection, namespace, report);
  const missing = await missingAttributes(connection, namespace).catch((error: unknown) => {
    if (!isClosedToUs(error)) throw error;
    const names = SEARCH_ATTRIBUTES.map(({ name }) => name).join(', ');
    report(`Temporal does not say whether namespace ${namespace} has the search attributes ${names}.`);
    return {};
  });
  if (Object.keys(missing).length === 0) return;
  await registerAttributes(connection, namespace, missing);
  const deadline = Date.now() + VISIBLE_TIMEOUT_MS;
  while (Object.keys(await missingAttributes(connection, namespace)).length > 0) {
    if (Date.now() > deadline)
      throw new Error('Temporal does not show the search attributes that it registered');
    await sleep(LOOK_INTERVAL_MS);
  }
}

export interface NamespaceGaps {
  /** How long closed workflows are kept, and how long they should be. */
  readonly retentionDays: number;
  readonly wantedDays: number;
  readonly missingAttributes: readonly string[];
}

/**
 * What `prepareNamespace` would change. Changes nothing.
 * @throws {Error} when an attribute exists with another type, or there is no such namespace
 */
export async function findNamespaceGaps(
  connection: ConnectionLike,
  namespace: string,
): Promise<NamespaceGaps> {
  const [retentionDays, missing] = await Promise.all([
    readRetentionDays(connection, namespace),
    missingAttributes(connection, namespace),
  ]);
  return { retentionDays, wantedDays: RETENTION_DAYS, missingAttributes: Object.keys(missing) };
}

async function readRetentionDays(connection: ConnectionLike, namespace: string): Promise<number> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / DAY_SECONDS;
}

async function raiseRetention(connection: ConnectionLike, namespace: string, report: Report): Promise<void> {
  const days = await readRetentionDays(connection, namespace);
  if (days >= RETENTION_DAYS) return;
  const retention = google.protobuf.Duration.fromObject({ seconds: RETENTION_DAYS * DAY_SECONDS });
  try {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: retention },
    });
  } catch (error) {
    // Temporal Cloud changes it in its console only. Deliveries work without it, so this is no reason to stop.
    report(
      `Temporal keeps closed workflows of namespace ${namespace} for ${days} days; set ${RETENTION_DAYS} by hand (${wordsOf(error)}).`,
    );
  }
}

/** @throws {Error} when an attribute exists with another type: only a person can decide what to do about that. */
async function missingAttributes(connection: ConnectionLike, namespace: string): Promise<AttributeTypes> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const wanted = SEARCH_ATTRIBUTES.map(
    ({ name, type }) => [name, IndexedValueType[`INDEXED_VALUE_TYPE_${type}`]] as const,
  );
  const clashes = wanted.filter(([name, type]) => (customAttributes?.[name] ?? type) !== type);
  if (clashes.length > 0) {
    const names = clashes.map(([name, type]) => `${name} must be ${IndexedValueType[type]}`);
    throw new Error(
      `Search attributes of another type in Temporal namespace ${namespace}: ${names.join(', ')}`,
    );
  }
  return Object.fromEntries(wanted.filter(([name]) => customAttributes?.[name] === undefined));
}

async function registerAttributes(
  connection: ConnectionLike,
  namespace: string,
  searchAttributes: AttributeTypes,
): Promise<void> {
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    const names = Object.entries(searchAttributes).map(
      ([name, type]) => `${name} (${IndexedValueType[type]})`,
    );
    throw new Error(
      `Temporal namespace ${namespace} lacks search attributes that cannot be registered from here (${wordsOf(error)}). Register them by hand: ${names.join(', ')}`,
      { cause: error },
    );
  }
}

/** Servers behind a proxy, Temporal Cloud among them, may keep the operator's part of the API to themselves. */
export function isClosedToUs(error: unknown): boolean {
  return isGrpcServiceError(error) && CLOSED.includes(error.code);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
