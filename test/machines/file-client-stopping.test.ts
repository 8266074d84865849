/** An operator stops a run: at any moment, and nothing that comes later is left lying about. */
import { expect, it } from "vitest";
import { FakePart } from "../fakes.ts";
import { fileClient, LISTING } from "./file-client-play.ts";

const { states } = fileClient();

it.each(states)("a run that is stopped in %s is interrupted, and hangs up", async (state) => {
  const { run, goTo, tell, peer } = fileClient();
  await goTo(state);
  await tell("operator.stop");
  expect(run.output).toMatchObject({ ok: false, code: "interrupted", message: "stopped" });
  const isConnected = !["discovering", "connecting"].includes(state);
  expect(peer.heard()).toEqual(isConnected ? ["close"] : []);
});

it("an answer of the registry that comes after the stop connects to nobody", async () => {
  const { run, tell, network } = fileClient();
  await tell("operator.stop");
  await network.asks.resolve(LISTING);
  expect(network.connects.inputs).toEqual([]);
  expect(run.crash).toBeUndefined();
});

it("a connection that is made after the stop is closed", async () => {
  const { run, goTo, tell, network, peer } = fileClient();
  await goTo("connecting");
  await tell("operator.stop");
  await network.connects.resolve(peer);
  expect(peer.heard()).toEqual(["close"]);
  expect(run.crash).toBeUndefined();
});

it("a file under way when the stop comes is discarded", async () => {
  const { goTo, tell, makePart } = fileClient();
  await goTo("receiving");
  const part = await makePart();
  await tell("operator.stop");
  expect(part.state).toBe("discarded");
});

it("a file that is made after the stop is discarded, and nothing is received", async () => {
  const { run, goTo, tell, files, peer } = fileClient();
  await goTo("receiving");
  await tell("operator.stop");
  const part = new FakePart("server.pdf");
  await files.creates.resolve(part);
  expect(part.state).toBe("discarded");
  expect(peer.heard()).toEqual(["close"]);
  expect(run.crash).toBeUndefined();
});

it("a last byte that comes after the stop finishes no file", async () => {
  const { run, goTo, tell, makePart, receive } = fileClient();
  await goTo("receiving");
  const part = await makePart();
  await tell("operator.stop");
  await receive("abc");
  expect(part.state).toBe("discarded");
  expect(run.output).toMatchObject({ code: "interrupted" });
});
