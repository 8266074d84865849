/** A student's page: how it goes, where to connect, and each connection. */
import type { MeState } from "../../web/protocol.ts";
import { conditionOf, LEGEND, lastingOf, SIGNS, wordOf } from "../condition.ts";
import { now, stateOf } from "../live.ts";
import { CardView } from "../parts/card.tsx";
import { Connections } from "../parts/connections.tsx";
import { timeOf } from "../parts/time.ts";
import { useLook } from "../use-look.ts";

type Place = MeState["instances"][number];

export function StudentView({ label }: { label: string }) {
  useLook(`me/${label}`);
  const state = stateOf<MeState>(`me/${label}`).value;
  if (state === undefined) return <p class="quiet">Loading …</p>;
  if (state === null) return <p role="alert">There is nothing for {label} in this lab.</p>;
  const { tile, instances, connections, card, hints } = state;
  const condition = conditionOf(tile);
  return (
    <>
      <h1>{label}</h1>
      <p class="standing" data-condition={condition}>
        <span class="sign" aria-hidden="true">
          {SIGNS[condition]}
        </span>{" "}
        {condition === "mistake" ? LEGEND.mistake : `${wordOf(tile)} ${lastingOf(tile, now.value)}`.trim()}
        {tile.checks && `, ${tile.checks.passed} of ${tile.checks.of} checks passed`}
      </p>
      {card ? <CardView card={card} /> : tile.card && <CardLine {...tile.card} />}
      {hints.length > 0 && (
        <section>
          <h2>Hints from your instructor</h2>
          <ul>
            {hints.map(({ card: id, title, text, at }) => (
              <li key={at}>
                <span class="card-id">{id}</span> {title}
                {text !== "" && ` - ${text}`}
                <span class="quiet"> {timeOf(new Date(at).toISOString())}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>Your ports</h2>
        <ul class="ports">
          {instances.map(({ id, role, port, ...rest }) => (
            <li key={id}>
              <b>{role}</b> <span class="mono">{port}</span>
              <span class="quiet">{aboutPlace(rest)}</span>
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h2>Your connections</h2>
        <Connections connections={connections} />
      </section>
    </>
  );
}

const OTHERS = { own: "", group: " your group's", shared: " for all" };

/** ` UDP for all stopped`: what is not as usual. */
function aboutPlace({ transport, state, whose }: Pick<Place, "transport" | "state" | "whose">): string {
  return `${transport === "udp" ? " UDP" : ""}${OTHERS[whose]}${state === "running" ? "" : ` ${state}`}`;
}

/** Of a connection whose story is not kept, or not yet read. */
function CardLine({ id, title }: { id: string; title: string }) {
  return (
    <p>
      <span class="card-id">{id}</span> {title}
    </p>
  );
}
