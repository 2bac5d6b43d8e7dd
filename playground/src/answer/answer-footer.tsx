import { useGraphiQL } from "@graphiql/react";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { bringToFront, type Explanation, shownOf, subscribeToAnswers } from "./answers";
import { type Figures } from "./graphql";
import { count, inKilobytes, inMilliseconds } from "./in-words";
import { levelsOf } from "./levels";
import { Waterfall } from "./waterfall";

/** Below the answer: its status, time and size, and what it cost the stores where that was asked for. */
export function AnswerFooter(): ReactNode {
  const tab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.id);
  const isFetching = useGraphiQL((state) => state.isFetching);
  useEffect(() => bringToFront(tab), [tab]);
  const shown = useSyncExternalStore(subscribeToAnswers, () => shownOf(tab));

  return (
    <div className="answer-foot">
      {shown?.explanation ? <Explained explanation={shown.explanation} /> : null}
      <p className="figures" role="status" aria-label="Answer">
        {isFetching ? "Asking…" : shown ? <FiguresOf figures={shown.figures} /> : "Not asked yet"}
      </p>
    </div>
  );
}

function FiguresOf({ figures }: { figures: Figures | null }): ReactNode {
  if (!figures) return <strong className="bad">No answer</strong>;
  const { status, ms, bytes } = figures;
  return (
    <>
      <strong className={status < 400 ? "good" : "bad"}>HTTP {status}</strong>
      <span>{inMilliseconds(ms)}</span>
      <span title="Before compression">{inKilobytes(bytes)}</span>
    </>
  );
}

function Explained({ explanation }: { explanation: Explanation }): ReactNode {
  const [open, setOpen] = useState(true);
  const { calls, missed } = explanation;
  const levels = levelsOf(calls);
  return (
    <section className="explained" aria-label="Explain">
      <button type="button" className="explained-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <i aria-hidden="true" />
        <span>{summaryOf(calls.length, levels.length)}</span>
        {levels.length > 0 ? <span>{inMilliseconds(levels.at(-1)?.endMs ?? 0)}</span> : null}
      </button>
      {open && levels.length > 0 ? <Waterfall levels={levels} /> : null}
      {missed?.length ? <p className="missed">Did not answer: {missed.join(", ")}</p> : null}
    </section>
  );
}

function summaryOf(calls: number, levels: number): string {
  if (calls === 0) return "No store was asked";
  return `${count(calls, "store call")} in ${count(levels, "round trip")}`;
}
