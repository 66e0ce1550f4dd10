import type { Check } from './check';
import { alarms } from './checks/alarms';
import { builds } from './checks/builds';
import { carriers } from './checks/carriers';
import { channels, ports, settings } from './checks/surroundings';
import { dataFolder } from './checks/data-folder';
import { doors, publicRoles } from './checks/exposure';
import { clockOfPostgresql, clockOfTemporal, namespace, pollers, temporalServer } from './checks/temporal';
import { cloudFunction, providers } from './checks/pushing';
import { erasures } from './checks/erasures';
import { journal, silentJournals } from './checks/journal';
import { messageClasses } from './checks/message-classes';
import { pageView } from './checks/page-view';
import { receivers } from './checks/receivers';
import { refusals } from './checks/refusals';
import { registrations } from './checks/registrations';
import { migrations, pooler, postgresql, sizes, supabaseKeys, tables, uniqueKeys } from './checks/database';
import { sharedNumbers } from './checks/shared-numbers';
import { shopFacts } from './checks/shop-facts';
import { words } from './checks/words';
import { retentionSchedule, silentDevicesSchedule, sweepSchedule } from './checks/schedules';

/** Everything that the doctor looks at, in the order in which people read it. */
export const CHECKS: readonly Check[] = [
  settings,
  doors,
  ports,
  postgresql,
  clockOfPostgresql,
  pooler,
  migrations,
  tables,
  uniqueKeys,
  publicRoles,
  pageView,
  carriers,
  sharedNumbers,
  shopFacts,
  sizes,
  temporalServer,
  clockOfTemporal,
  namespace,
  sweepSchedule,
  silentDevicesSchedule,
  retentionSchedule,
  pollers,
  builds,
  registrations,
  providers,
  cloudFunction,
  messageClasses,
  channels,
  refusals,
  words,
  dataFolder,
  journal,
  silentJournals,
  erasures,
  receivers,
  alarms,
  supabaseKeys,
];
