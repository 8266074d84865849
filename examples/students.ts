/**
 * A script against the live lab: a calculator of its own, and students who ask it. Run it, from any folder, with
 *
 *   netlabctl run examples/students.ts 5
 *
 * It needs no installation: `netlabd/client` is the running netlabctl's.
 */
import { attach } from "netlabd/client";

const count = Number(process.argv[2] ?? 3);
if (!Number.isInteger(count) || count < 1) throw new Error(`how many students? not ${process.argv[2]}`);

const lab = await attach();
const { id, port } = await lab.spawn("calculator", { port: 0 });
const students: string[] = [];
try {
  for (let number = 1; number <= count; number += 1) {
    const student = await lab.spawn("calculator-client", { port, as: `student${number}` });
    students.push(student.id);
  }
  await lab.waitFor(id, "computing", { count, timeout: 10_000 });

  for (const [index, student] of students.entries()) {
    await lab.run(["say", student, `${index + 1} * 7`]);
    await lab.waitFor(id, { text: `${(index + 1) * 7}.0` });
  }

  for (const connection of await lab.conns(id)) {
    const { verdict, entries } = await lab.explain(connection.id);
    console.log(`${connection.id}: ${connection.state}, ${verdict}, ${entries.length} entries`);
  }
} finally {
  await lab.remove([...students, id]);
  lab.close();
}
