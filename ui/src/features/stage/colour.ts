// Badge colours from one base colour: a tint to lie on, and the same hue darkened or lightened until it reads.
import type { StageRole } from "./roles";

type Rgb = [number, number, number];

const CONTRAST = 4.8;
const LIGHT_SURFACE: Rgb = [255, 255, 255];
const DARK_SURFACE: Rgb = [22, 27, 25];
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

// From the last active stage backwards: what serves is green, what waits before it is amber.
const ACTIVE = ["#2f9e44", "#e08a00", "#3b82f6", "#8b5cf6", "#db2777", "#0d9488"];

export function baseColour(role: StageRole, defined: string | null | undefined): string {
  if (defined && /^#[0-9a-f]{6}$/i.test(defined)) return defined;
  if (role.kind === "active") return ACTIVE[(role.of - role.step) % ACTIVE.length]!;
  return role.kind === "archive" ? "#7d7168" : "#6b7780";
}

function parse(hex: string): Rgb {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}

function mix(one: Rgb, other: Rgb, share: number): Rgb {
  return one.map((value, channel) => Math.round(value * share + other[channel]! * (1 - share))) as Rgb;
}

function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function readable(colour: Rgb, on: Rgb, towards: Rgb): Rgb {
  for (let share = 1; share > 0; share -= 0.04) {
    const candidate = mix(colour, towards, share);
    if (contrast(candidate, on) >= CONTRAST) return candidate;
  }
  return towards;
}

export interface BadgeColours {
  background: Rgb;
  text: Rgb;
  border: Rgb;
}

export function badgeColours(hex: string, scheme: "light" | "dark"): BadgeColours {
  const base = parse(hex);
  const [surface, towards, tint] = scheme === "light" ? [LIGHT_SURFACE, BLACK, 0.12] as const : [DARK_SURFACE, WHITE, 0.2] as const;
  const background = mix(base, surface, tint);
  return { background, text: readable(base, background, towards), border: mix(base, surface, tint + 0.22) };
}

/** Custom properties for an element that wears the colour, in both schemes at once. */
export function stageStyle(hex: string): Record<string, string> {
  const light = badgeColours(hex, "light");
  const dark = badgeColours(hex, "dark");
  const pair = (key: keyof BadgeColours) => `light-dark(${css(light[key])}, ${css(dark[key])})`;
  return { "--stage-background": pair("background"), "--stage-text": pair("text"), "--stage-border": pair("border") };
}
