/** The registry: what is stored and then visible, and questions with a long answer. */
import { figureOf, netlabd, plainNode } from "../contestants.ts";
import type { Question } from "../question.ts";

const registering = figureOf("registrations", "perSecond", { ms: 2_000 });
const discovering = figureOf("discoveries", "perSecond", {
  services: 1_000,
  addresses: 50,
  askers: 4,
  ms: 2_000,
});

const questions: Question[] = [
  {
    name: "registry-register",
    what: "REGISTRN on disk and visible to DISCOVERY, 100 at a time",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.7 },
    ours: netlabd("bootstrap", registering),
    others: [plainNode("registry", registering)],
  },
  {
    name: "registry-discover",
    what: "DISCOVERY with 1,000 services on 50 addresses: whole answers",
    unit: "/s",
    better: "more",
    goal: { is: "ratio", limit: 0.8 },
    ours: netlabd("bootstrap", discovering),
    others: [plainNode("registry", discovering)],
  },
];

export default questions;
