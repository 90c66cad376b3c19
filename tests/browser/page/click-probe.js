/** Tells the context time of every onset in what it hears: a loud sample after silence. */

const LOUD = 0.3;
const SILENCE_S = 0.1;

class ClickProbe extends AudioWorkletProcessor {
  constructor() {
    super();
    this.lastLoud = -Infinity;
  }

  process([input]) {
    const samples = input[0];
    samples?.forEach((sample, i) => {
      if (Math.abs(sample) < LOUD) return;
      const time = (currentFrame + i) / sampleRate;
      if (time - this.lastLoud > SILENCE_S) this.port.postMessage(time);
      this.lastLoud = time;
    });
    return true;
  }
}

registerProcessor("click-probe", ClickProbe);
