/** A slider over the moments of a story: what the machine knew after each entry. */
import { useEffect, useState } from "preact/hooks";
import type { MomentState } from "../../web/protocol.ts";
import { ask } from "../live.ts";

interface ReplayProps {
  readonly connection: string;
  readonly count: number;
  readonly chosen: number | undefined;
  readonly choose: (number: number | undefined) => void;
}

export function ReplaySlider({ connection, count, chosen, choose }: ReplayProps) {
  const at = chosen ?? count;
  return (
    <div class="replay">
      <button type="button" onClick={() => choose(Math.max(1, at - 1))} disabled={at <= 1}>
        ◀ earlier
      </button>
      <label class="slider">
        <span class="unseen">moment of {connection}</span>
        <input
          type="range"
          min="1"
          max={Math.max(1, count)}
          value={at}
          onInput={({ currentTarget }) => choose(numberOf(currentTarget.value, count))}
        />
      </label>
      <button
        type="button"
        onClick={() => choose(numberOf(String(at + 1), count))}
        disabled={chosen === undefined}
      >
        later ▶
      </button>
      <output>{chosen === undefined ? "now" : `after entry ${chosen} of ${count}`}</output>
    </div>
  );
}

/** The last moment is now: it goes on by itself. */
const numberOf = (text: string, count: number) => (Number(text) >= count ? undefined : Number(text));

/** The moment of an entry; undefined while it is not known, and a text where it cannot be. */
export function useMoment(connection: string, entry: number | undefined): MomentState | string | undefined {
  const [moment, setMoment] = useState<MomentState | string>();
  useEffect(() => {
    let isWanted = true;
    if (entry === undefined) setMoment(undefined);
    else {
      ask<MomentState>({ about: "moment", connection, entry }).then(
        (found) => isWanted && setMoment(found),
        (error: Error) => isWanted && setMoment(error.message),
      );
    }
    return () => {
      isWanted = false;
    };
  }, [connection, entry]);
  return moment;
}

export function MomentView({ moment }: { moment: MomentState | string }) {
  if (typeof moment === "string") return <p role="alert">{moment}</p>;
  return (
    <dl class="facts">
      <Fact name="state" text={moment.state} />
      <Fact name="framing" text={moment.framing} />
      {moment.knows.map(([name, value]) => (
        <Fact key={name} name={name} text={value} isCode />
      ))}
      <Fact name="unread" text={moment.unread.length === 0 ? "nothing" : moment.unread.join(" ")} isCode />
      {moment.difference !== null && moment.difference <= moment.entry && (
        <Fact
          name="changed"
          text={`The role has changed: played again, it goes another way at entry ${moment.difference}.`}
        />
      )}
    </dl>
  );
}

export function Fact({ name, text, isCode = false }: { name: string; text: string; isCode?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={isCode ? "mono" : undefined}>{text}</dd>
    </div>
  );
}
