// Hands the microphone's samples over in pieces of a tenth of a second, as signed 16-bit.
class Piece extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Int16Array(sampleRate / 10);
    this.at = 0;
  }

  process(inputs) {
    const channel = inputs[0][0];
    if (!channel) return true;
    for (const sample of channel) {
      this.piece[this.at++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.at === this.piece.length) {
        this.port.postMessage(this.piece.buffer, [this.piece.buffer]);
        this.piece = new Int16Array(sampleRate / 10);
        this.at = 0;
      }
    }
    return true;
  }
}
registerProcessor("piece", Piece);
