// A modal dialog on the platform's own: it traps focus, makes the page behind inert and closes on Escape without
// injecting styles, which the content security policy would refuse.
import { useEffect, useId, useRef, type ReactNode, type RefObject } from "react";
import { createPortal } from "react-dom";
import { CrossIcon } from "./icons";

interface Props {
  title: string;
  children: ReactNode;
  onClose: () => void;
  initialFocus?: RefObject<HTMLElement | null>;
  /** Gets the focus when the dialog is gone. */
  returnFocus?: RefObject<HTMLElement | null>;
}

export function Dialog({ title, children, onClose, initialFocus, returnFocus }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    if (!dialog.open) dialog.showModal();
    initialFocus?.current?.focus();
  }, [initialFocus]);

  // Only once the dialog has left the document: until then everything behind it is inert.
  useEffect(() => () => returnFocus?.current?.focus(), [returnFocus]);

  return createPortal(
    <dialog
      ref={element}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="mb-3 flex items-start justify-between gap-4">
        <h2 id={titleId} className="text-lg font-semibold [overflow-wrap:anywhere]">
          {title}
        </h2>
        <button type="button" className="button button-quiet -mt-1 -mr-2 px-1.5" aria-label="Close" onClick={onClose}>
          <CrossIcon />
        </button>
      </div>
      {children}
    </dialog>,
    document.body,
  );
}
