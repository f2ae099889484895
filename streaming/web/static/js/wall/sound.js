// @ts-check
/** One soft tone for an alert, however many come; never more than one in ten seconds. */

const APART_MS = 10000;
let last = -APART_MS;

export function beep() {
  const at = performance.now();
  if (at - last < APART_MS) return;
  last = at;
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.0001, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.12, context.currentTime + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.5);
  tone.connect(volume).connect(context.destination);
  tone.onended = () => context.close();
  tone.start();
  tone.stop(context.currentTime + 0.5);
}
