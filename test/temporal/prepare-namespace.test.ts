import { randomBytes } from 'node:crypto';
import { google, temporal } from '@temporalio/proto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/search-attributes';
import { waitUntilServing } from '../../temporal/dev-server';
import { prepareNamespace } from '../../temporal/prepare-namespace';
import { connectTemporal, type TestTemporal } from '../setup/temporal';

const DAY_SECONDS = 24 * 60 * 60;
const days = (count: number): google.protobuf.Duration =>
  google.protobuf.Duration.fromObject({ seconds: count * DAY_SECONDS });

describe('a namespace that is prepared', () => {
  let server: TestTemporal;
  let namespace: string;

  async function register(retentionDays: number): Promise<void> {
    namespace = `test-${randomBytes(6).toString('hex')}`;
    await server.connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: days(retentionDays),
    });
    await waitUntilServing(server.address, namespace);
  }

  async function retentionDays(): Promise<number> {
    const { config } = await server.connection.workflowService.describeNamespace({ namespace });
    return Number(config?.workflowExecutionRetentionTtl?.seconds) / DAY_SECONDS;
  }

  beforeAll(async () => {
    server = await connectTemporal();
  });
  afterAll(() => server.close());
  beforeEach(() => register(1));

  test('keeps closed workflows for 14 days and knows all search attributes', async () => {
    await prepareNamespace(server.connection, namespace);
    expect(await retentionDays()).toBe(14);
    const { customAttributes } = await server.connection.operatorService.listSearchAttributes({ namespace });
    expect(Object.keys(customAttributes ?? {}).sort()).toEqual(
      SEARCH_ATTRIBUTES.map(({ name }) => name).sort(),
    );
  });

  test('is not changed by a second time', async () => {
    await prepareNamespace(server.connection, namespace);
    await prepareNamespace(server.connection, namespace);
    expect(await retentionDays()).toBe(14);
  });

  test('keeps a longer retention', async () => {
    await register(30);
    await prepareNamespace(server.connection, namespace);
    expect(await retentionDays()).toBe(30);
  });

  test('is refused when a search attribute has another type', async () => {
    await server.connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: { Carrier: temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_INT },
    });
    await expect(prepareNamespace(server.connection, namespace)).rejects.toThrow(
      'Carrier must be INDEXED_VALUE_TYPE_KEYWORD',
    );
  });

  test('has room left in the SQL visibility of Temporal: at most 9 keywords and 3 keyword lists', () => {
    const count = (type: string): number => SEARCH_ATTRIBUTES.filter((key) => key.type === type).length;
    expect(count('KEYWORD')).toBeLessThanOrEqual(9);
    expect(count('KEYWORD_LIST')).toBeLessThanOrEqual(3);
  });
});
