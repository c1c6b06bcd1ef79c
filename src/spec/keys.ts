// SPDX-License-Identifier: GPL-2.0-only
import { type ZodType, z } from 'zod';

interface Shape {
  properties?: Record<string, Shape>;
  items?: Shape;
  additionalProperties?: Shape | boolean;
  anyOf?: Shape[];
  oneOf?: Shape[];
  allOf?: Shape[];
  const?: unknown;
}

/**
 * The keys that `schema` allows at a place of a document, sorted as they were declared; `value` is what stands there: of
 * several kinds of mapping only that counts whose kind it says it is.
 */
export function keysAt(schema: ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  let shapes = [z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape];
  for (const step of path) shapes = shapes.flatMap(branches).flatMap((shape) => below(shape, step));
  const here = shapes.flatMap(branches).filter((shape) => isOfKind(shape, value));
  return [...new Set(here.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

const isOfKind = ({ properties }: Shape, value: unknown): boolean =>
  Object.entries(properties ?? {}).every(
    ([key, shape]) => shape.const === undefined || shape.const === (value as Record<string, unknown>)[key],
  );

function branches(shape: Shape): Shape[] {
  const more = [...(shape.anyOf ?? []), ...(shape.oneOf ?? []), ...(shape.allOf ?? [])];
  return [shape, ...more.flatMap(branches)];
}

function below({ properties, items, additionalProperties }: Shape, step: PropertyKey): Shape[] {
  if (typeof step === 'number') return items ? [items] : [];
  const own = properties?.[String(step)];
  if (own) return [own];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
