// SPDX-License-Identifier: GPL-2.0-only
import { createReadStream } from 'node:fs';
import tar from 'tar-stream';
import type { Node } from './cpio.ts';

const dropped = [
  // Set by mmdebstrap or by package scripts for a system that is installed, not booted from memory.
  /^(boot|dev|home|media|mnt|opt|proc|run|srv|sys|tmp|var)(\/|$)/,
  /^etc\/(apt|cron\.|default|dpkg|init\.d|kernel|logrotate\.d|machine-id|hostname|resolv\.conf|update-motd\.d|issue|motd)/,
  // For readers, translators and builders.
  /^usr\/share\/(applications|apport|bash-completion|binfmts|bug|common-licenses|dict|doc|doc-base|gcc|gdb|icons|info|initramfs-tools|lintian|linda|locale|man|menu|perl5|pixmaps|polkit-1|python3|zsh)(\/|$)/,
  /^usr\/lib\/(apparmor|initramfs-tools|mime|systemd|tmpfiles\.d|valgrind|sysusers\.d)(\/|$)/,
  /^usr\/lib\/x86_64-linux-gnu\/(gconv|audit|engines-3|ossl-modules|libmvec|libmemusage|libpcprofile|libc_malloc_debug)/,
  /^etc\/apparmor\.d(\/|$)/,
  /^usr\/include(\/|$)/,
  // Parts of Python that need packages which are not there, or a person at a screen.
  /^usr\/lib\/python3[^/]*\/(ensurepip|idlelib|lib2to3|pydoc_data|test|tkinter|turtledemo|unittest|__phello__|dist-packages)(\/|$)/,
  /^usr\/lib\/python3[^/]*\/lib-dynload\/(_sqlite3|_dbm|_gdbm|_test|_ctypes_test|_xxtest|xx)/,
  /^usr\/bin\/(pydoc|pygettext|2to3|pdb)/,
];

/** Whether a file of the packages stays out of the guests. Pure. */
const isDropped = (path: string): boolean => dropped.some((rule) => rule.test(path));

/** Paths that name the same file in releases with and without a merged /usr; Debian 13 has only the latter. Pure. */
export const merged = (path: string): string => path.replace(/^(bin|sbin|lib|lib64)(?=\/)/, 'usr/$1');

/** Where the merged /usr is reached from the paths that programs and loaders use. */
const mergedLinks: Node[] = ['bin', 'sbin', 'lib', 'lib64'].map((path) => ({
  type: 'link',
  path,
  target: `usr/${path}`,
}));

/**
 * Reads a root's tar into the nodes that guests get. `keep` may take a file out, to see to it itself.
 *
 * Modes are 755 or 644 whatever the host's umask and the packages say: everybody in a guest is root.
 */
export async function readRoot(
  file: string,
  keep: (path: string, content: Buffer) => boolean,
): Promise<Node[]> {
  const nodes = new Map<string, Node>();
  const extract = createReadStream(file).pipe(tar.extract());
  for await (const entry of extract) {
    const { name, type, linkname, mode = 0 } = entry.header;
    const raw = name.replace(/^\.?\/+|\/+$/g, '');
    const path = merged(raw);
    const content = await bytes(entry as unknown as AsyncIterable<Uint8Array>);
    if (!raw || /^(bin|sbin|lib|lib64)$/.test(raw)) continue;
    if (!keep(path, content) || isDropped(path)) continue;
    if (type === 'symlink') nodes.set(path, { type: 'link', path, target: linkname ?? '' });
    else if (type === 'directory') nodes.set(path, { type: 'directory', path, mode: 0o755 });
    else if (type === 'link') copyNode(nodes, merged((linkname ?? '').replace(/^\.?\/+/, '')), path);
    else if (type === 'file')
      nodes.set(path, { type: 'file', path, mode: mode & 0o111 ? 0o755 : 0o644, content });
  }
  return withoutEmptyFolders([...nodes.values(), ...mergedLinks]);
}

/** A hard link is a second file: archives of one boot need no more. */
function copyNode(nodes: Map<string, Node>, from: string, path: string): void {
  const original = nodes.get(from);
  if (original) nodes.set(path, { ...original, path });
}

function withoutEmptyFolders(nodes: Node[]): Node[] {
  const used = new Set<string>();
  for (const { type, path } of nodes)
    if (type !== 'directory')
      for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
        used.add(path.slice(0, at));
  return nodes.filter(({ type, path }) => type !== 'directory' || used.has(path));
}

async function bytes(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
