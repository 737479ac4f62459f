// Buttons. A blocked one stays reachable, so that the reason it points at can be read from it.
import type { ComponentProps } from "react";

interface Props extends ComponentProps<"button"> {
  kind?: "plain" | "primary" | "quiet";
  blocked?: boolean;
}

export function Button({ kind = "plain", blocked = false, className = "", type = "button", onClick, ...rest }: Props) {
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={blocked || undefined}
      onClick={(event) => (blocked ? event.preventDefault() : onClick?.(event))}
      className={`button button-${kind} ${className}`}
    />
  );
}
