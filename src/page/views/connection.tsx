/** A connection: where it stands in its statechart, what went wrong, what happened, and any moment of it again. */
import { useState } from "preact/hooks";
import type { ConnectionState } from "../../web/protocol.ts";
import { download } from "../download.ts";
import { hello, stateOf, studentOf } from "../live.ts";
import { CardView } from "../parts/card.tsx";
import { ChartOfRole } from "../parts/chart.tsx";
import { Fact, MomentView, ReplaySlider, useMoment } from "../parts/replay.tsx";
import { SequenceView } from "../parts/sequence.tsx";
import { StoryView } from "../parts/story.tsx";
import { timeOf } from "../parts/time.ts";
import { Verdict } from "../parts/verdict.tsx";
import { linkTo } from "../route.ts";
import { useLook } from "../use-look.ts";

export function ConnectionView({ id }: { id: string }) {
  const state = stateOf<ConnectionState>(`connection/${id}`).value;
  useLook(`connection/${id}`, state ? `chart/${state.role}` : undefined);
  if (state === undefined) return <p class="quiet">Loading {id} …</p>;
  if (state === null)
    return <p role="alert">No connection {id}: it may have been long ago, or it is another student's.</p>;
  return <Connection key={id} state={state} />;
}

function Connection({ state }: { state: ConnectionState }) {
  const { connection, reason, entries, cards, remarks, canRewind, role } = state;
  const [chosen, choose] = useState<number>();
  const moment = useMoment(connection.id, chosen);
  const shown = typeof moment === "object" ? moment : undefined;
  const count = entries.at(-1)?.number ?? 0;
  return (
    <>
      <div class="title">
        <h1>{connection.id}</h1>
        <Verdict verdict={connection.verdict} />
        <span class="reason">{reason ?? ""}</span>
      </div>
      <Facts state={state} />
      {canRewind && <ReplaySlider connection={connection.id} count={count} chosen={chosen} choose={choose} />}
      <div class="columns">
        <div>
          {moment !== undefined && (
            <section>
              <h2>At this moment</h2>
              <MomentView moment={moment} />
            </section>
          )}
          <section aria-label="what went wrong">
            {cards.map((card) => (
              <CardView key={card.id} card={card} />
            ))}
            {remarks.map((text) => (
              <p key={text} class="remark">
                {text}
              </p>
            ))}
          </section>
          <section>
            <h2>Statechart</h2>
            <ChartOfRole
              role={role}
              title={`Statechart of ${role}`}
              current={shown?.current ?? state.current}
            />
          </section>
        </div>
        <div>
          <section>
            <h2>Story</h2>
            <StoryView entries={entries} chosen={chosen} choose={canRewind ? choose : undefined} />
          </section>
        </div>
      </div>
      <section>
        <h2>Sequence</h2>
        <SequenceView sequence={state.sequence} />
      </section>
    </>
  );
}

function Facts({ state: { connection } }: { state: ConnectionState }) {
  const { role, label, remote, state, waitsFor, bytesIn, bytesOut, framing, lastRule, since } = connection;
  const [problem, setProblem] = useState("");
  const save = () =>
    download(connection.id).then(
      () => setProblem(""),
      (error: Error) => setProblem(error.message),
    );
  return (
    <dl class="facts">
      <div>
        <dt>role</dt>
        <dd>
          <a href={linkTo("role", role)}>{role}</a>
        </dd>
      </div>
      {label !== null && studentOf(hello.value?.level ?? "") === undefined && (
        <div>
          <dt>for</dt>
          <dd>
            <a href={linkTo("student", label)}>{label}</a>
          </dd>
        </div>
      )}
      <Fact name="peer" text={remote} />
      <Fact name="state" text={waitsFor ? `${state}, waits for ${waitsFor}` : state} />
      <Fact name="bytes" text={`${bytesIn} in, ${bytesOut} out`} />
      <Fact name="framing" text={framing} />
      <Fact name="rule" text={lastRule ?? "none yet"} />
      <Fact name="since" text={timeOf(since)} />
      <div>
        <dt>capture</dt>
        <dd>
          <button type="button" onClick={save}>
            save for Wireshark
          </button>{" "}
          {problem !== "" && <span role="alert">{problem}</span>}
        </dd>
      </div>
    </dl>
  );
}
