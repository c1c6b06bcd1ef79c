// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { addressOn } from '../../src/plan/lab.ts';
import { guestFiles, loadModule, startReceiver } from '../../src/plan/script.ts';
import { carryOut, lab } from './boot.ts';

const { events, secret } = guestFiles;

/** Debian's own python3 on both sides; each line is answered by what the process keeps in its memory. */
const server = `
import json, socket
s = socket.create_server(("10.77.0.100", 5100))
c, _ = s.accept()
f = c.makefile("rw")
for number in range(400):
    if number == 150: open("/run/miglab/there").read()
    if number == 300: open("/run/miglab/back").read()
    f.write(f"{number}\\n"); f.flush()
    answer = json.loads(f.readline())
    assert answer["seen"] == list(range(number + 1)), (number, answer)
print(json.dumps({"event": "python-server", "answers": number + 1, "pid": answer["pid"]}))
f.write("end\\n"); f.flush()
assert f.readline() == "", "something came after the end"
`;
const client = `
import json, os, socket, threading
beats = 0
def beat():
    global beats
    while True:
        threading.Event().wait(0.01)
        beats += 1
threading.Thread(target=beat, daemon=True).start()
s = socket.create_connection(("10.77.0.100", 5100))
seen = []
f = s.makefile("rw")
for line in f:
    if line == "end\\n":
        break
    seen.append(int(line))
    f.write(json.dumps({"seen": seen, "pid": os.getpid(), "beats": beats}) + "\\n"); f.flush()
    if len(seen) == 100:
        open("/run/miglab/go", "w").write("go\\n")
`;
const here = (name: string, text: string) => [`cat > /run/miglab/${name}.py <<'PYTHON'`, text, 'PYTHON'];

test('an unmodified python3 with a thread and a connection moves, and goes on with the same pid', async () => {
  const [a, b] = ['node-a', 'node-b'].map((name) => addressOn(lab, name, 'private'));
  const boot = await carryOut('python', (machine) => {
    if (machine.role === 'peer')
      return [
        ...here('server', server),
        'mkfifo /run/miglab/there /run/miglab/back',
        `python3 /run/miglab/server.py >> ${events} 2> /run/miglab/server.err & server=$!`,
        'barrier_at 1 listening',
        'barrier_at 2 there; echo > /run/miglab/there',
        'barrier_at 3 back; echo > /run/miglab/back',
        'wait $server || fail "server: $(cat /run/miglab/server.err)"',
      ];
    const common = [
      ...loadModule(lab, machine),
      ...startReceiver(lab, machine),
      ...here('client', client),
      'mkfifo /run/miglab/go',
      'barrier_at 1 listening',
    ];
    const move = (to = '') =>
      `cr_checkpoint --to ${to} --secret-file ${secret} $pid >> ${events} || fail "python does not move"`;
    if (machine.name === 'node-a')
      return [
        ...common,
        'cr_run python3 /run/miglab/client.py < /dev/null > /dev/null 2>&1 & pid=$!',
        'read _ < /run/miglab/go',
        move(b),
        'barrier_at --put pid=$pid 2 there',
        'barrier_at 3 back',
      ];
    return [...common, "pid=$(barrier_at 2 there | sed -n 's/^pid=//p')", move(a), 'barrier_at 3 back'];
  });
  expect(boot.problem).toBe('');
  const moves = ['node-a', 'node-b'].map((node) => boot.events(node, 'migration')[0]);
  expect(moves.map((move) => move?.status)).toEqual(['ok', 'ok']);
  expect(moves.every((move) => Number(move?.threads) === 2)).toBe(true);
  const [result] = boot.events('peer', 'python-server');
  expect(result).toMatchObject({ answers: 400, pid: moves[0]?.pid });
}, 180_000);
