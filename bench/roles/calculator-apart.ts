/** The shipped calculator as a user's role: the same source, and so what differs is that it plays in a process of its own. */
import calculator from "../../src/machines/calculator.ts";

export default { ...calculator, name: "calculator-apart" };
