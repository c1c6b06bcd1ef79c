// SPDX-License-Identifier: GPL-2.0-only

/** Three significant digits, thousands set apart from 10,000 on; `–` for what is not known. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 0.01 ? 2 : 4;
  const [whole = '', fraction] = size.toFixed(digits).split('.');
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
  const sign = value < 0 && Number(size.toFixed(digits)) !== 0 ? '−' : '';
  return sign + grouped + (fraction === undefined ? '' : `.${fraction}`);
}

export const percent = (share: number): string =>
  `${share > 0 ? '+' : share < 0 ? '−' : ''}${number(Math.abs(share) * 100)}%`;

export const count = (amount: number, noun: string): string =>
  `${number(amount)} ${noun}${amount === 1 ? '' : 's'}`;

/** Seconds as `1 h 02 min`, `3 min 20 s`, `8 s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
