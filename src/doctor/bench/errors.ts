import { AppPotError } from '../../base/errors.ts';

export class BenchError extends AppPotError<'MEASURE_FAILED'> {}
