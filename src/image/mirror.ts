// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { ExitCode, Fault } from '../fault.ts';
import { run } from './command.ts';

const remedy =
  'Set MIGLAB_MIRROR to the address of a Debian archive (the folder that holds dists/ and pool/).';
const debianSuite =
  /^((old){0,2}stable|testing|sid|unstable|bookworm|trixie|forky)(-updates|-backports)?\/?$/;

/**
 * Address of the Debian archive that this host uses, without a slash at its end: `MIGLAB_MIRROR`, or else the first
 * of the host's apt sources that serves a Debian suite.
 *
 * @throws Fault (69) when there is neither
 */
export async function findMirror(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const given = env.MIGLAB_MIRROR?.trim();
  if (given) return checked(given);
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const { code, stdout } = await run(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  const mirror = code === 0 ? debianArchive(stdout) : undefined;
  if (!mirror)
    throw new Fault(ExitCode.hostLacks, 'the apt sources of this host name no Debian archive', remedy);
  return checked(await expand(mirror));
}

/**
 * Picks the archive from lines `address suite component`; the security archive holds only a part. Vendors use Debian's
 * suite names too, so an address that says debian comes first. Pure.
 */
export function debianArchive(lines: string): string | undefined {
  const serving = lines
    .split('\n')
    .map((line) => line.split(' '))
    .filter(
      ([uri = '', suite = '', part]) => debianSuite.test(suite) && part === 'main' && !/security/.test(uri),
    )
    .map(([uri = '']) => uri);
  return serving.find((uri) => /[/]debian([/.]|$)/.test(uri)) ?? serving[0];
}

/** Cloud images name a file with addresses; the first that is not a comment counts. */
async function expand(uri: string): Promise<string> {
  const list = /^mirror\+file:(?:\/\/)?(\/.*?)\/?$/.exec(uri)?.[1];
  if (!list) return uri;
  const addresses = (await readFile(list, 'utf8'))
    .split('\n')
    .map((line) => line.trim().split(/\s/)[0] ?? '');
  return addresses.find((address) => address && !address.startsWith('#')) ?? uri;
}

function checked(uri: string): string {
  if (!/^(https?|file|copy):\/\/?\S+$/.test(uri))
    throw new Fault(ExitCode.hostLacks, `"${uri}" is not the address of a Debian archive`, remedy);
  return uri.replace(/\/+$/, '');
}
