/** A card: what went wrong, why, and what to change. */
import type { CardState } from "../../web/protocol.ts";

export function CardView({ card }: { card: CardState }) {
  const { id, level, title, rule, came, expected, cause, advice, reproduce } = card;
  return (
    <article class="card" data-level={level}>
      <h2>
        <span class="card-id">{id}</span> {title}
      </h2>
      <dl>
        {came !== null && <Row name="came" text={came} isCode />}
        <Row name="expected" text={expected} />
        <Row name="likely" text={cause} />
      </dl>
      <h3>change</h3>
      <ol>
        {advice.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <details>
        <summary>see it again</summary>
        <pre>{reproduce}</pre>
        <p class="quiet">
          rule {rule}, {level}
        </p>
      </details>
    </article>
  );
}

function Row({ name, text, isCode = false }: { name: string; text: string; isCode?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={isCode ? "mono" : undefined}>{text}</dd>
    </div>
  );
}
