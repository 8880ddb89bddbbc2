// The demonstration under test: the real binary on a fresh folder, with what really happened beside it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Starts the demonstration and waits until its school year was played. */
export async function startDemo() {
  const folder = mkdtempSync(join(tmpdir(), 'ecarnet-'));
  const truthFile = join(folder, 'truth.json');
  const binary = process.env.ECARNET_STATS;
  if (!binary) throw new Error('ECARNET_STATS names the binary under test; ./dev test sets it');
  const args = ['demo', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0', '--schools', '3', '--truth', truthFile];
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const address = await new Promise((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (out.includes('\n')) resolve(out.trim());
    });
    child.on('exit', (code) => reject(new Error(`the demonstration ended with ${code}: ${said}`)));
  });
  // The identities are told just after the address.
  while (!said.includes("l'exploitant :")) await new Promise((resolve) => setTimeout(resolve, 50));
  const teacher = /une enseignante : (\S+), classe (\S+), école (\S+)/.exec(said);
  return {
    address,
    truth: JSON.parse(readFileSync(truthFile, 'utf8')),
    school: teacher[3],
    class: teacher[2],
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The Thursday's date of an ISO week such as 2026-W45. */
export function thursdayOf(week) {
  const [year, number] = week.split('-W').map(Number);
  const fourth = new Date(Date.UTC(year, 0, 4));
  const monday = new Date(fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * 86400000 + (number - 1) * 7 * 86400000);
  return new Date(monday.getTime() + 3 * 86400000).toISOString().slice(0, 10);
}
