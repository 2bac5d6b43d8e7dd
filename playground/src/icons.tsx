import { type ReactNode } from "react";

/** A tree of boxes to tick. */
export function BuilderIcon(): ReactNode {
  return (
    <Strokes>
      <path d="M4 5h4v4H4zM4 15h4v4H4zM12 7h8M12 17h8M5 6.8l1 1 1.5-2" />
    </Strokes>
  );
}

/** Angle brackets. */
export function CodeIcon(): ReactNode {
  return (
    <Strokes>
      <path d="m8 6-6 6 6 6M16 6l6 6-6 6M13.5 4l-3 16" />
    </Strokes>
  );
}

function Strokes({ children }: { children: ReactNode }): ReactNode {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}
