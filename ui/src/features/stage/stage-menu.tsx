// The stage control: a button that says the stage, and a menu of where the version may go. Choosing does not move
// anything yet; it opens the transition panel.
import { DropdownMenu } from "radix-ui";
import { useRef, useState } from "react";
import { ChevronIcon } from "../../components/icons";
import type { ModelVersion } from "../../api/types";
import { StageBadge } from "./stage-badge";
import { StageIcon } from "./stage-icon";
import { TransitionPanel } from "./transition-panel";
import { useStages } from "./use-stages";

export function StageMenu({ version, size = "small" }: { version: ModelVersion; size?: "small" | "large" }) {
  const { all } = useStages();
  const { role, style } = useStages().look(version.stage);
  const [target, setTarget] = useState<string | null>(null);
  const trigger = useRef<HTMLButtonElement>(null);

  return (
    <>
      {/* Not modal: a modal menu would inject a style element, which the content security policy refuses. */}
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          ref={trigger}
          className={`stage-badge stage-button ${size === "large" ? "stage-button-large" : ""}`}
          style={style}
          aria-label={`Stage of version ${version.version}: ${version.stage}. Move to another stage`}
        >
          <StageIcon role={role} />
          <span>{version.stage}</span>
          <ChevronIcon />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="start" sideOffset={4} collisionPadding={8}>
            <DropdownMenu.Label className="menu-label">Move v{version.version} to</DropdownMenu.Label>
            {all
              .filter((stage) => stage.name !== version.stage)
              .map((stage) => (
                <DropdownMenu.Item key={stage.name} className="menu-item" onSelect={() => setTarget(stage.name)}>
                  <StageBadge stage={stage.name} />
                  {stage.description && <span className="text-muted truncate">{stage.description}</span>}
                </DropdownMenu.Item>
              ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {target !== null && (
        <TransitionPanel
          version={version}
          to={target}
          control={trigger}
          onClose={() => setTarget(null)}
        />
      )}
    </>
  );
}
