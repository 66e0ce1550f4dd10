import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { OPERATIONS } from '../../src/api/operations';
import { loadConfig } from '../../src/config/config';

const ROOT = path.join(__dirname, '../..');
const RECIPE = 'temporal/production';
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const page = read('docs/production.md');
/** Everything that the reader types. */
const blocks = [...page.matchAll(/^```(?:ba)?sh\n([\s\S]*?)^```$/gm)].map(([, commands = '']) => commands);
const commands = blocks.join('\n');

const unitNames = readdirSync(path.join(ROOT, RECIPE, 'systemd'));
const units = unitNames.map((name) => ({ name, text: read(`${RECIPE}/systemd/${name}`) }));
const compose = read(`${RECIPE}/compose.yaml`);

/** `NAME=value` lines, as systemd and the shell read them. */
const settingsIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );

const unique = (found: Iterable<RegExpMatchArray>): string[] => [
  ...new Set([...found].map(([whole, group]) => group ?? whole)),
];

describe('docs/production.md', () => {
  test.each(blocks)('has commands that a shell can read: %#', (block) => {
    expect(execFileSync('sh', ['-n'], { input: block }).toString()).toBe('');
  });

  test.each(unique(commands.matchAll(/(?<![\w/.-])(?:temporal\/production|src)\/[\w./@-]+/g)))(
    'names a file that exists: %s',
    (file) => {
      expect(existsSync(path.join(ROOT, file))).toBe(true);
    },
  );

  test.each(unique(page.matchAll(/\]\((?!https?:)([^)#]+)/g)))('links to a page that exists: %s', (link) => {
    expect(existsSync(path.join(ROOT, 'docs', link))).toBe(true);
  });

  test('uses every file of the recipe, on the page or in the compose file', () => {
    const used = [page, compose, read(`${RECIPE}/Dockerfile`)].join('\n');
    const files = readdirSync(path.join(ROOT, RECIPE), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== '.gitignore')
      // Docker finds it by its name.
      .map(({ name }) => name.replace('.dockerignore', ''));
    expect(files.filter((name) => !used.includes(name))).toEqual([]);
  });

  test('writes settings that a production start accepts', () => {
    const file = settingsIn(read(`${RECIPE}/waybell.env`));
    for (const added of blocks.map(settingsIn).filter((settings) => 'DATABASE_URL' in settings)) {
      const made = {
        API_KEYS: randomBytes(24).toString('hex'),
        WEBHOOK_SECRETS: `whsec_${randomBytes(24).toString('base64')}`,
      };
      expect(Object.keys(added)).toEqual(expect.arrayContaining(Object.keys(made)));
      const { production, database, temporal } = loadConfig({ ...file, ...added, ...made });
      expect([production, database.kind, temporal.kind]).toEqual([true, 'external', 'external']);
    }
  });
});

test('no proxy of the recipe hands the console on, which is not for the internet', () => {
  for (const file of ['nginx.conf', 'kong.yaml']) expect(read(`${RECIPE}/${file}`)).not.toMatch(/console/);
});

describe('the recipe for one machine', () => {
  test.each(units)('$name uses only files that the page installs', ({ text }) => {
    const files = unique(text.matchAll(/^(?:EnvironmentFile|ExecStart)=(\S+)/gm));
    const installed = files.map((file) => file.replace('/opt/temporal/current/', '/opt/temporal/1.29.1/'));
    const built = ['temporal-server', 'temporal-ui-server'].map((name) => `/opt/temporal/1.29.1/${name}`);
    for (const file of installed) {
      const put = commands.includes(` ${file}\n`) || commands.includes(`>>${file}\n`);
      expect([file, put || built.includes(file) || file === '/usr/bin/node']).toEqual([file, true]);
    }
  });

  test.each(units.filter(({ name }) => name.endsWith('.service')))(
    '$name leaves no core dump, which would hold keys and texts',
    ({ text }) => {
      expect(text).toMatch(/^LimitCORE=0$/m);
    },
  );

  test('has processes that run as somebody who may do nothing else', () => {
    const services = units.filter(({ name }) => /^(waybell|temporal).*\.service$/.test(name));
    for (const { name, text } of services) {
      const [, user = 'root'] = /^User=(\w+)$/m.exec(text) ?? [];
      expect([name, ['waybell', 'temporal', 'postgres'].includes(user)]).toEqual([name, true]);
      for (const line of ['NoNewPrivileges=true', 'ProtectSystem=strict', 'CapabilityBoundingSet='])
        expect([name, text.split('\n').includes(line)]).toEqual([name, true]);
    }
    expect(read(`${RECIPE}/build-release`)).toMatch(/^runuser -l waybell-build -c "[^"]*npm ci/m);
    // Owned by root, run as node.
    expect(read(`${RECIPE}/Dockerfile`)).toMatch(/^USER node$/m);
    expect(read(`${RECIPE}/Dockerfile`)).not.toMatch(/--chown|chown -R/);
  });

  test('answers this machine only, with Docker and without', () => {
    const published = [...compose.matchAll(/^ +ports: \[(.+)\]$/gm)].flatMap(([, ports = '']) =>
      ports.split(', '),
    );
    expect(published).toHaveLength(3);
    expect(published.filter((port) => !port.startsWith("'127.0.0.1:"))).toEqual([]);
    const bound = [...read(`${RECIPE}/server.yaml`).matchAll(/bindOnIP: (.+)$/gm)].map(
      ([, address]) => address,
    );
    expect(new Set(bound)).toEqual(new Set(['{{ env "TEMPORAL_BIND_IP" | default "127.0.0.1" }}']));
    expect(read(`${RECIPE}/temporal.env`)).not.toContain('TEMPORAL_BIND_IP=');
    expect(read(`${RECIPE}/ui.yaml`)).toMatch(/^host: 127\.0\.0\.1$/m);
    expect(settingsIn(read(`${RECIPE}/waybell.env`))['HOST']).toBe('127.0.0.1');
  });

  test('dumps for the eyes of postgres alone', () => {
    expect(read(`${RECIPE}/backup`)).toMatch(/^umask 077$/m);
    expect(commands).toContain('install -d -o postgres -g postgres -m 700 /var/backups/waybell');
  });

  test('has containers without core dumps, too', () => {
    const [, services = ''] = /^services:\n([\s\S]*?)^\S/m.exec(compose) ?? [];
    const each = services.split(/^(?= {2}[\w-]+:$)/m).filter((text) => /^ {2}[\w-]+:$/m.test(text));
    expect(each).toHaveLength(7);
    expect(compose).toMatch(/^x-service: &service$[^&]*^ {2}ulimits: \{ core: 0 \}$/m);
    expect(each.filter((text) => !/^ {4}(<<: \*service|ulimits: \{ core: 0 \})$/m.test(text))).toEqual([]);
  });

  test('has a start command of Waybell that exists', () => {
    const scripts = units.flatMap(({ text }) =>
      unique(text.matchAll(/\/opt\/waybell\/current\/dist\/(\S+)\.js/g)),
    );
    expect(scripts).not.toEqual([]);
    for (const script of scripts) expect(existsSync(path.join(ROOT, `${script}.ts`))).toBe(true);
  });

  test.each(['backup', 'build-release', 'create-databases.sh', 'waybell'])(
    'has a readable script %s',
    (name) => {
      expect(execFileSync('sh', ['-n', path.join(ROOT, RECIPE, name)]).toString()).toBe('');
    },
  );

  test('has the same ports in the units, the settings and the table of the page', () => {
    const { PORT, PUSH_PORT } = settingsIn(read(`${RECIPE}/waybell.env`));
    const rpc = unique(read(`${RECIPE}/server.yaml`).matchAll(/grpcPort: (\d+)/g));
    const [, ui = ''] = /^port: (\d+)$/m.exec(read(`${RECIPE}/ui.yaml`)) ?? [];
    const table = page.split('\n').filter((line) => line.startsWith('| '));
    for (const port of [PORT, PUSH_PORT, ...rpc, ui]) expect(table.join('\n')).toContain(port);
  });

  test('installs the same versions with Docker as without', () => {
    const [server = '', webUi = ''] = ['server/cmd/server', 'ui-server/v2/cmd/server'].map(
      (name) => new RegExp(`${name}@v([\\d.]+)`).exec(commands)?.[1] ?? '',
    );
    expect(compose).toContain(`image: temporalio/server:${server}\n`);
    expect(compose).toContain(`image: temporalio/admin-tools:${server}-`);
    expect(compose).toContain(`image: temporalio/ui:${webUi}\n`);
  });

  test('keeps closed deliveries for 14 days with Docker and without', () => {
    const retentions = unique(`${commands}${compose}`.matchAll(/--retention (\S+)/g));
    expect(retentions).toEqual(['14d']);
  });

  test('mounts only files that exist into containers', () => {
    const mounted = unique(compose.matchAll(/^ +- \.\/([\w.-]+):/gm));
    expect(mounted.length).toBeGreaterThan(2);
    expect(mounted.filter((name) => !existsSync(path.join(ROOT, RECIPE, name)))).toEqual([]);
  });
});

describe('the proxies of step 8', () => {
  const kong = read(`${RECIPE}/kong.yaml`);
  const nginx = read(`${RECIPE}/nginx.conf`);
  const ROUTE = /methods: \[([A-Z, ]+)\]\s+paths:\s+(?:\[|- )'~([^']+)'/g;
  const kongRoutes = [...kong.matchAll(ROUTE)].map(([, methods = '', pattern = '']) => ({
    methods: methods.split(', '),
    pattern: new RegExp(`^${pattern}`),
  }));
  const nginxPrefixes = unique(nginx.matchAll(/^ {2}location (\/\S+) \{/gm));

  test('let through what carriers, providers and apps ask, and nothing else', () => {
    for (const { method, path: route, access } of OPERATIONS) {
      const asked = route
        .replace('{source}', 'sf')
        .replace('{token}', 't'.repeat(32))
        .replace(/\{\w+\}/g, 'x');
      const isPublic = route.startsWith('/webhooks/') || route.startsWith('/api/v1/push/');
      if (access === 'channel' || access === 'receipt') expect([route, isPublic]).toEqual([route, true]);
      if (typeof access === 'object' && access.persons) expect([route, isPublic]).toEqual([route, true]);
      const byKong = kongRoutes.some(
        ({ methods, pattern }) => methods.includes(method.toUpperCase()) && pattern.test(asked),
      );
      const byNginx = nginxPrefixes.some((prefix) => asked.startsWith(prefix));
      expect([route, byKong, byNginx]).toEqual([route, isPublic, isPublic]);
    }
  });

  test('let through what a browser asks before a page may ask', () => {
    const [apps] = kongRoutes.filter(({ pattern }) => pattern.test('/api/v1/push/register'));
    expect(apps?.methods).toContain('OPTIONS');
    expect(nginx).not.toContain('limit_except');
  });

  test('name every public route in the log, so that none is only "other"', () => {
    const [, names = ''] = /\(\?<waybell_push>([^)]+)\)/.exec(nginx) ?? [];
    const routes = OPERATIONS.map(({ path: route }) => route).filter((route) =>
      route.startsWith('/api/v1/push/'),
    );
    expect(new Set(names.split('|').map((name) => `/api/v1/push/${name}`))).toEqual(new Set(routes));
  });

  test('log neither paths nor queries nor headers', () => {
    const [, format = ''] = /^log_format waybell ([^;]+);/m.exec(nginx) ?? [];
    expect(format).toContain('$waybell_route');
    expect(format).not.toMatch(/\$(request|request_uri|uri|args|query_string|http_\w+)\b/);
    expect(unique(nginx.matchAll(/error_log \S+ (\w+);/g))).toEqual(['emerg']);
    expect(kong).toMatch(/^ +request: return nil$/m);
    expect(kong).toMatch(/^ +upstream_uri: return nil$/m);
  });
});

describe('beside a Supabase', () => {
  const overlay = read(`${RECIPE}/compose.supabase.yaml`);
  const servicesOf = (text: string): string[] =>
    unique(
      (/^services:\n([\s\S]*?)(?=^\S|$(?![\s\S]))/m.exec(text)?.[1] ?? '').matchAll(/^ {2}([\w-]+):$/gm),
    );

  test('changes services that are there, and neither images nor ports', () => {
    expect(servicesOf(overlay).length).toBeGreaterThan(3);
    expect(servicesOf(overlay).filter((name) => !servicesOf(compose).includes(name))).toEqual([]);
    expect(overlay).not.toMatch(/^ +(image|ports|build|privileged):/m);
  });

  test('makes the databases by the script that a PostgreSQL of its own is made by', () => {
    for (const text of [overlay, compose]) expect(text).toContain('./create-databases.sh:/');
    expect(overlay).toContain('POSTGRES_USER:');
    expect(overlay).toContain('TEMPORAL_DATABASE_PASSWORD:');
  });

  test('lets Kong lead the same routes to Waybell as nginx, without a plugin that touches what is signed', () => {
    const kong = read(`${RECIPE}/kong-supabase.yaml`).replace(/^ *#.*$/gm, '');
    const routes = [...kong.matchAll(/methods: \[([A-Z, ]+)\]\s+paths: \[(\S+)\]/g)].map(
      ([, methods = '', prefix = '']) => ({ methods: methods.split(', '), prefix }),
    );
    for (const { method, path: route } of OPERATIONS) {
      const isPublic = route.startsWith('/webhooks/') || route.startsWith('/api/v1/push/');
      const isLed = routes.some(
        ({ methods, prefix }) => methods.includes(method.toUpperCase()) && route.startsWith(prefix),
      );
      expect([route, isLed]).toEqual([route, isPublic]);
    }
    // What a browser asks before a page may ask.
    expect(routes.find(({ prefix }) => prefix === '/api/v1/push/')?.methods).toContain('OPTIONS');
    expect(kong).not.toContain('plugins');
    expect([...kong.matchAll(/strip_path: (\w+)/g)].map(([, strip]) => strip)).toEqual(['false', 'false']);
  });
});

test('the command that pins images finds every one of them that is tagged', () => {
  const files = [`${RECIPE}/Dockerfile`, `${RECIPE}/compose.yaml`].map((file) => path.join(ROOT, file));
  const [, expression = ''] = /\$\(sed -nE '([^']+)'/.exec(page) ?? [];
  const found = execFileSync('sed', ['-nE', expression, ...files])
    .toString()
    .trim()
    .split('\n');
  const wanted = files
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/(?:^FROM|^ +image:) (\S+)/gm)])
    .map(([, image = '']) => image);
  expect(found).toEqual(wanted.filter((image) => image !== 'waybell'));
});
