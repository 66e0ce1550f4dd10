import { Gauge, type Registry } from 'prom-client';
import { ALARM_NAMES, type Alarms } from '../alarms';

/** One line per alarm, also of those that are off, so that a rule can tell "off" from "not watched". */
export function addAlarmGauges(registry: Registry, alarms: Alarms): void {
  new Gauge({
    name: 'waybell_alarm',
    help: '1 while an alarm is on; docs/operating.md says what each means.',
    labelNames: ['name'],
    registers: [registry],
    collect() {
      const active = alarms.active();
      for (const name of ALARM_NAMES) this.set({ name }, active.includes(name) ? 1 : 0);
    },
  });
}
