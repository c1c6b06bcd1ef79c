// SPDX-License-Identifier: GPL-2.0-only
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ExitCode, Fault } from '../fault.ts';
import { cacheFolder } from '../vm/folders.ts';
import { run } from './command.ts';
import type { LockedPackage } from './lock.ts';
import { findMirror } from './mirror.ts';
import type { Report } from './report.ts';
import { withScratch } from './scratch.ts';

const aptHelper = '/usr/lib/apt/apt-helper';
// Few enough for one command line, enough for apt to keep its connections busy.
const batchSize = 100;

export const poolFile = (each: LockedPackage) => join(cacheFolder('pool'), `${each.sha256}.deb`);

/** The packages that are not in the pool yet, each once. */
export function notInPool(packages: readonly LockedPackage[]): LockedPackage[] {
  const byHash = new Map(packages.map((each) => [each.sha256, each]));
  return [...byHash.values()].filter((each) => !existsSync(poolFile(each)));
}

/**
 * Brings packages into the pool, by apt's own downloader (it honours the host's proxies), and verifies their hashes.
 *
 * @throws Fault (69) that names a package the mirror does not have any more, or what else stopped the download
 */
export async function fetchPackages(
  image: string,
  packages: readonly LockedPackage[],
  report: Report,
): Promise<void> {
  const missing = notInPool(packages);
  if (missing.length === 0) return;
  const mirror = await findMirror();
  const total = missing.reduce((sum, each) => sum + each.size, 0);
  let done = 0;
  for (let at = 0; at < missing.length; at += batchSize) {
    const batch = missing.slice(at, at + batchSize);
    await fetchBatch(image, mirror, batch, (each) => {
      report({ stage: `fetching packages of ${image}`, done, total });
      done += each.size;
    });
  }
  report({ stage: `fetching packages of ${image}`, done: total, total });
}

async function fetchBatch(
  image: string,
  mirror: string,
  batch: readonly LockedPackage[],
  onStart: (each: LockedPackage) => void,
): Promise<void> {
  await withScratch(async (folder) => {
    const wanted = batch.map((each) => ({
      each,
      uri: packageUri(mirror, each),
      file: join(folder, each.sha256),
    }));
    const argv = wanted.flatMap(({ each, uri, file }) => [uri, file, `SHA256:${each.sha256}`]);
    const settings = ['-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=3'];
    const { code, stderr } = await run([aptHelper, ...settings, 'download-file', ...argv], {
      onLine: (line) => {
        const started = wanted.find(({ uri }) => /^Get:/.test(line) && line.includes(`${uri} `));
        if (started) onStart(started.each);
      },
    });
    if (code !== 0) throw downloadFault(image, mirror, batch, stderr);
    for (const { each, file } of wanted) {
      if ((await sha256(file)) !== each.sha256)
        throw new Fault(ExitCode.hostLacks, `${each.path} from ${mirror} does not have the locked hash`);
      await rename(file, poolFile(each));
    }
  });
}

function packageUri(mirror: string, { path }: LockedPackage): string {
  // As apt writes them: a mirror may take a bare + for a blank.
  return `${mirror}/${path
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/~/g, '%7e'))
    .join('/')}`;
}

/** What went wrong, in the words of the image: `stderr` is apt-helper's. Pure. */
export function downloadFault(
  image: string,
  mirror: string,
  batch: readonly LockedPackage[],
  stderr: string,
): Fault {
  const gone = batch.filter((each) =>
    stderr
      .split('\n')
      .some(
        (line) => line.includes(packageUri(mirror, each)) && /\b404\b|not found|failed to stat/i.test(line),
      ),
  );
  if (gone.length > 0)
    return new Fault(
      ExitCode.hostLacks,
      `the mirror does not have ${gone.map(({ name, version }) => `${name} ${version}`).join(', ')} any more, which the lock of "${image}" names`,
      `Take the versions of today: miglab image build ${image} --relock. Or keep the locked ones: MIGLAB_MIRROR=<an archive that still has them, such as a dated snapshot>.`,
    );
  return new Fault(
    ExitCode.hostLacks,
    `the packages of "${image}" could not be fetched:\n${stderr.trim()}`,
    'See that the mirror can be reached (MIGLAB_MIRROR names another one) and that the disk has room.',
  );
}

async function sha256(file: string): Promise<string> {
  if ((await stat(file)).size === 0) return '';
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
