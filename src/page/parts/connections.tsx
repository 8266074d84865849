/** A table of connections, each a way to its own view. */
import type { ConnectionDocument } from "../../web/protocol.ts";
import { linkTo } from "../route.ts";
import { timeOf } from "./time.ts";
import { Verdict } from "./verdict.tsx";

export function Connections({ connections }: { connections: readonly ConnectionDocument[] }) {
  if (connections.length === 0) return <p class="quiet">No connection yet.</p>;
  return (
    <section class="scroll" aria-label="connections">
      <table>
        <thead>
          <tr>
            <th scope="col">connection</th>
            <th scope="col">verdict</th>
            <th scope="col" class="wide">
              state
            </th>
            <th scope="col">cards</th>
            <th scope="col" class="wide">
              rule
            </th>
            <th scope="col" class="wide">
              peer
            </th>
            <th scope="col" class="number wide">
              in
            </th>
            <th scope="col" class="number wide">
              out
            </th>
            <th scope="col">since</th>
          </tr>
        </thead>
        <tbody>
          {connections.map((one) => (
            <tr key={one.id}>
              <td>
                <a href={linkTo("connection", one.id)}>{one.id}</a>
              </td>
              <td>
                <Verdict verdict={one.verdict} />
              </td>
              <td class="wide">{one.state}</td>
              <td>{one.cards.join(" ")}</td>
              <td class="wide">{one.lastRule ?? ""}</td>
              <td class="wide">{one.remote}</td>
              <td class="number wide">{one.bytesIn}</td>
              <td class="number wide">{one.bytesOut}</td>
              <td>{timeOf(one.since)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
