/** An error that says what to do about it. It is named after its class. */
export class AdvisedError extends Error {
  readonly advice: string;

  constructor(message: string, advice: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.advice = advice;
  }
}
