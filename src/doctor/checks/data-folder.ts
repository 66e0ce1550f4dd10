import { readFile, realpath, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Explanation } from '../../shipment/explanation';
import { ok, warning, type Check } from '../check';
import { nearestExisting } from './journal';

/** Types of filesystems as Linux numbers them (statfs(2)): those in memory, and the layers of containers. */
const IN_MEMORY: readonly number[] = [0x01021994, 0x858458f6];
const OVERLAY = 0x794c7630;

/** What Docker, Podman and Kubernetes leave in every container. */
const CONTAINER_FILES = ['/.dockerenv', '/run/.containerenv', '/var/run/secrets/kubernetes.io'];
const CONTAINER_GROUP = /docker|containerd|kubepods|libpod/;

/** Where a folder lies, as far as the system tells. */
export interface Place {
  /** Without symbolic links, as those that the system empties. */
  readonly folder: string;
  readonly temporaryFolders: readonly string[];
  readonly platform: NodeJS.Platform;
  /** The type of its filesystem, by the numbers of `platform`. */
  readonly filesystem: number;
  readonly isOnRootDevice: boolean;
  readonly isInContainer: boolean;
}

/** Why what is in a folder goes by itself: with the power, with the container, or at a clean-up. */
export type Passing = 'in-memory' | 'container-layer' | 'temporary';

/** @returns `undefined` where nothing says that the folder does not last */
export function whyItPasses(place: Place): Passing | undefined {
  const { folder, temporaryFolders, platform, filesystem, isOnRootDevice, isInContainer } = place;
  const isOverlay = platform === 'linux' && filesystem === OVERLAY;
  if (platform === 'linux' && IN_MEMORY.includes(filesystem)) return 'in-memory';
  // A volume is another device than the root, and no overlay. One of these alone is usual on machines that last.
  if ([isInContainer, isOnRootDevice, isOverlay].filter(Boolean).length > 1) return 'container-layer';
  return temporaryFolders.some((temporary) => isWithin(temporary, folder)) ? 'temporary' : undefined;
}

function isWithin(outer: string, inner: string): boolean {
  const way = path.relative(outer, inner);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

const WORDS: Readonly<Record<Passing, Explanation>> = {
  'in-memory': {
    en: 'is in memory: it is gone when this machine starts again',
    zh: '在内存中：本机重启后就没有了',
  },
  'container-layer': {
    en: 'is in the container itself, on no volume: it is gone when the container is made anew',
    zh: '在容器自身之内，不在卷上：容器重建后就没有了',
  },
  temporary: {
    en: 'is in a folder for temporary files, which the system empties',
    zh: '在临时文件夹中，系统会清空它',
  },
};

/** Whether what only the disk of this process has will still be there after a restart. */
export const dataFolder: Check = {
  name: 'data folder',
  async run({ config: { dataDir } }) {
    const passing = whyItPasses(await placeOf(dataDir));
    if (passing === undefined)
      return [
        ok({
          en: `Nothing says that ${dataDir} does not last.`,
          zh: `没有迹象表明 ${dataDir} 不能持久保存。`,
        }),
      ];
    const { en, zh } = WORDS[passing];
    return [
      warning(
        {
          en: `${dataDir} ${en}, and so are webhooks that were answered and that Temporal lacks.`,
          zh: `${dataDir} ${zh}，已应答而 Temporal 还没有的 webhook 也会一起丢失。`,
        },
        {
          en: 'Set DATA_DIR to a folder on a disk that lasts; in a container, on a volume.',
          zh: '请把 DATA_DIR 设为持久磁盘上的文件夹；在容器中，请放在卷上。',
        },
      ),
    ];
  },
};

async function placeOf(dataDir: string): Promise<Place> {
  const existing = await nearestExisting(dataDir);
  const [folder, temporaryFolders, filesystem, own, root, isInContainer] = await Promise.all([
    realpath(existing),
    Promise.all(['/tmp', tmpdir()].map((one) => realpath(one).catch(() => path.resolve(one)))),
    statfs(existing),
    stat(existing),
    stat('/'),
    looksLikeContainer(),
  ]);
  return {
    ...{ folder, temporaryFolders, isInContainer },
    platform: process.platform,
    filesystem: filesystem.type,
    isOnRootDevice: own.dev === root.dev,
  };
}

async function looksLikeContainer(): Promise<boolean> {
  const files = await Promise.all(
    CONTAINER_FILES.map((file) =>
      stat(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  const group = await readFile('/proc/1/cgroup', 'utf8').catch(() => '');
  return files.includes(true) || CONTAINER_GROUP.test(group);
}
