// Parses away from the page: what takes too long here, or does not survive, takes nothing else with it.
import { readMlModel } from "./mlmodel";

self.onmessage = ({ data }: MessageEvent<string>) => {
  try {
    self.postMessage({ model: readMlModel(data) });
  } catch (error) {
    self.postMessage({ problem: error instanceof Error ? error.message : String(error) });
  }
};
