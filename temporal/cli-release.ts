/** Tells a person what a long step is doing, one line at a time. */
export type Report = (line: string) => void;

/** One release of the Temporal CLI, and where its archives are. */
export interface CliRelease {
  readonly version: string;
  /** In the order in which they are tried. */
  readonly archiveUrls: (os: string, arch: string) => readonly string[];
  /** sha256 of the archives, by `<os>_<arch>`. */
  readonly checksums: Readonly<Record<string, string>>;
}

const VERSION = '1.5.1';

/** Brings server 1.29.1 and UI 2.42.1: what this project is measured and tested with. */
export const OFFICIAL_RELEASE: CliRelease = {
  version: VERSION,
  archiveUrls: (os, arch) => [
    `https://temporal.download/cli/archive/v${VERSION}?platform=${os}&arch=${arch}`,
    `https://github.com/temporalio/cli/releases/download/v${VERSION}/temporal_cli_${VERSION}_${os}_${arch}.tar.gz`,
  ],
  // From the checksums.txt of that release.
  checksums: {
    linux_amd64: 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d',
    linux_arm64: 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5',
    darwin_amd64: 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9',
    darwin_arm64: 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415',
  },
};
