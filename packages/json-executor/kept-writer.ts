import { type Keeper } from "./keeper.js";
import { Shelf } from "./kept-texts.js";
import { type Run, type Writer, type Written } from "./run.js";

/** Where one object may change, so many are not looked at, twice as many each time: mostly all of a selection may. */
const MOST_PASSED = 64;

/**
 * Has a writer of objects keep what it writes of those that are frozen, which are taken to be so all through: where all
 * fields below are properties or fixed, none fails, and none is waited for. It is the outermost of them that is kept.
 */
export function keptWriter(write: Writer): Writer {
  const shelf = new Shelf();
  let varies = false;
  let toPass = 0;
  let passed = 0;
  const make = (run: Run, keeper: Keeper, object: object, written: () => Written): Written => {
    const { varying, failures } = run;
    const before = keeper.counted();
    keeper.busy = true;
    try {
      const text = written();
      varies = run.varying > varying;
      if (!varies && run.failures === failures && typeof text === "string")
        keeper.keep(shelf, object, text, before);
      return text;
    } finally {
      keeper.busy = false;
    }
  };
  return (run, value, parent, key, typename) => {
    const { keeper } = run;
    if (varies || !keeper || keeper.busy || typeof value !== "object" || value === null)
      return write(run, value, parent, key, typename);
    if (passed < toPass) {
      passed += 1;
      return write(run, value, parent, key, typename);
    }
    const known = keeper.find(shelf, value);
    if (known !== undefined) return known;
    const isFrozen = Object.isFrozen(value);
    toPass = isFrozen ? 0 : Math.min(MOST_PASSED, toPass * 2 + 1);
    passed = 0;
    if (!isFrozen) return write(run, value, parent, key, typename);
    return make(run, keeper, value, () => write(run, value, parent, key, typename));
  };
}
