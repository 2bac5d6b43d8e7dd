import { type CSSProperties, type ReactNode } from "react";
import { countsOf, inMilliseconds } from "./in-words";
import { type Level, type StoreCall } from "./levels";

/** The round trips of an answer from top to bottom, each call with a bar from when it was sent to when it was answered. */
export function Waterfall({ levels }: { levels: Level[] }): ReactNode {
  const total = Math.max(...levels.map(({ endMs }) => endMs));
  return (
    // A region that scrolls has to be reached by the keyboard.
    <ol className="waterfall" tabIndex={0} aria-label="Round trips">
      {levels.map(({ calls, startMs, endMs }, index) => (
        <li key={index}>
          <h3>
            Round trip {index + 1}
            <span>{inMilliseconds(endMs - startMs)}</span>
          </h3>
          <ul>
            {calls.map((call, at) => (
              <CallRow key={at} call={call} total={total} />
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

function CallRow({ call, total }: { call: StoreCall; total: number }): ReactNode {
  const { store, operation, ms, path } = call;
  return (
    <li className="call" data-store={store}>
      <span className="store">{STORE_NAMES[store] ?? store}</span>
      <span className="operation" title={path ? `Asked by ${path}` : undefined}>
        {operation.split(" + ").map((each) => (
          <code key={each}>{each}</code>
        ))}
      </span>
      <span className="counts">
        {countsOf(call).map((each) => (
          <span key={each}>{each}</span>
        ))}
        <b>{inMilliseconds(ms)}</b>
      </span>
      <span className="track" aria-hidden="true">
        <i style={placeOf(call, total)} />
      </span>
    </li>
  );
}

const STORE_NAMES: Record<string, string> = {
  POSTGRES: "PostgreSQL",
  MONGODB: "MongoDB",
  OPENSEARCH: "OpenSearch",
  NEO4J: "Neo4j",
};

/** Where a call's bar lies on a line that is as long as the whole request. */
function placeOf({ startMs, ms }: StoreCall, total: number): CSSProperties {
  return { left: `${(100 * startMs) / total}%`, width: `${(100 * ms) / total}%` };
}
