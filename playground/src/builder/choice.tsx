import { type ReactNode } from "react";

/** A box to tick with a name, a type, and its description where one points at it. */
export function Choice({
  name,
  type,
  title,
  gone = false,
  checked,
  onToggle,
}: {
  name: string;
  type?: string;
  title?: string | null | undefined;
  gone?: boolean;
  checked: boolean;
  onToggle: () => void;
}): ReactNode {
  return (
    <label className="choice" title={title ?? undefined}>
      <input type="checkbox" checked={checked} onChange={onToggle} />
      {gone ? <s>{name}</s> : <span>{name}</span>}
      {type === undefined ? null : <small>{type}</small>}
    </label>
  );
}
