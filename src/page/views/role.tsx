/** A role that runs: where its connections are in the statechart, and each of them. */
import type { RoleState } from "../../web/protocol.ts";
import { stateOf } from "../live.ts";
import { ChartOfRole } from "../parts/chart.tsx";
import { Connections } from "../parts/connections.tsx";
import { Fact } from "../parts/replay.tsx";
import { useLook } from "../use-look.ts";

export function RoleView({ id }: { id: string }) {
  const state = stateOf<RoleState>(`role/${id}`).value;
  useLook(`role/${id}`, state ? `chart/${state.instance.type}` : undefined);
  if (state === undefined) return <p class="quiet">Loading {id} …</p>;
  if (state === null) return <p role="alert">No role {id} runs here.</p>;
  const { instance, summary, counts, connections, connectionsInAll } = state;
  const remarks = new Map(
    Object.entries(counts).map(([name, count]) => [
      name,
      `${count} ${count === 1 ? "connection" : "connections"} here`,
    ]),
  );
  return (
    <>
      <div class="title">
        <h1>{instance.id}</h1>
        <span class="reason">
          {instance.type}: {summary}
        </span>
      </div>
      <dl class="facts">
        <Fact name="state" text={instance.state} />
        <Fact name="where" text={`${instance.host}:${instance.port}/${instance.transport}`} />
        {instance.label !== null && <Fact name="label" text={instance.label} />}
        <Fact name="peers" text={String(instance.connections)} />
        <Fact name="restarts" text={String(instance.restarts)} />
        {instance.lastError !== null && <Fact name="last error" text={instance.lastError} />}
      </dl>
      <section>
        <h2>
          {connectionsInAll === 1 ? "1 connection" : `${connectionsInAll} connections`}
          {connectionsInAll > connections.length && `, the newest ${connections.length}`}
        </h2>
        <Connections connections={connections} />
      </section>
      <section>
        <h2>Statechart</h2>
        <ChartOfRole
          role={instance.type}
          title={`Statechart of ${instance.type}`}
          current={[]}
          remarks={remarks}
        />
      </section>
    </>
  );
}
