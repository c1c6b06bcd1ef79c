// SPDX-License-Identifier: GPL-2.0-only
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ExitCode, Fault } from '../fault.ts';
import { appendixOf, type Evaluation } from '../report/appendix/appendix.ts';
import { toMarkdown } from '../report/appendix/markdown.ts';
import { toTex } from '../report/appendix/tex.ts';
import { assess, codeOf, experimentsOf, type System } from '../report/evaluation/assessment.ts';
import { type Evidence, readEvidence } from '../report/evaluation/evidence.ts';
import { readSystems } from '../report/evaluation/systems.ts';
import { renderEvaluation, tally } from '../report/evaluation/table.ts';
import { anyRun, runFolder } from '../run/run-folder.ts';
import { artifactFacts } from './artifact-facts.ts';
import { againstReference } from './conclusion.ts';
import { type Choice, costs, describeParts, planParts } from './evaluation-plan.ts';
import { measureClaims } from './measuring.ts';
import { print, printJson } from './output.ts';
import { paintVerdicts } from './verdicts.ts';

export interface EvaluationOptions extends Omit<Choice, 'dryRun'> {
  /** Runs to judge; measured where none is named. */
  runs: readonly string[];
  resume?: string[];
  appendix?: string;
  jobs?: number;
  results: string;
  dryRun?: boolean;
  json?: boolean;
}

/** Measures what every claim needs, or takes runs that are there, and judges. @returns the exit code */
export async function evaluate(options: EvaluationOptions): Promise<ExitCode> {
  if (options.appendix) requirePlace(options.appendix);
  const systems = await readSystems();
  if (options.dryRun) return tellPlan(systems, options);
  const { runs, preparation } =
    options.runs.length > 0
      ? { runs: options.runs.map((run) => runFolder(run, options.results, anyRun)), preparation: null }
      : await measureClaims(systems, options);
  const evidence = await Promise.all(runs.map(readEvidence));
  requireUsable(evidence, systems);
  const { extent } = options;
  const assessments = assess(systems, evidence, extent);
  const references = (await Promise.all(evidence.map(sameAsReference))).flat();
  const evaluation = { extent, systems, assessments, runs: evidence, preparation, references };
  if (options.appendix) await writeAppendix(options.appendix, evaluation);
  const code = codeOf(assessments, evidence);
  if (options.json) printJson(jsonOf(evaluation, code));
  else print(textOf(evaluation, options.appendix));
  return code;
}

async function tellPlan(systems: readonly System[], options: EvaluationOptions): Promise<ExitCode> {
  const parts = await planParts(systems, { ...options, dryRun: true });
  const cost = costs(parts);
  const experiments = describeParts(parts, systems);
  if (options.json) printJson({ extent: options.extent, cost, experiments });
  else
    print(
      [
        ...cost,
        ...experiments.flatMap(({ experiment, cells, claims }) => [
          ...['', `${experiment}, for ${claims.join(', ')}:`],
          ...cells.map((id) => `  ${id}`),
        ]),
      ].join('\n'),
    );
  return ExitCode.good;
}

/** Before anything is measured. */
function requirePlace(file: string): void {
  const remedy = 'Name a file whose name ends in .md or .tex, in a folder that is there.';
  if (!/\.(md|tex)$/.test(file))
    throw new Fault(ExitCode.usage, `${file}: an appendix is Markdown or TeX`, remedy);
  if (!existsSync(dirname(file))) throw new Fault(ExitCode.usage, `${file}: no such folder`, remedy);
}

/** @throws Fault (64) for a run that no claim is judged by, or two of one experiment: rows of both would mix */
function requireUsable(evidence: readonly Evidence[], systems: readonly System[]): void {
  const known = experimentsOf(systems);
  for (const [index, { directory, experiment }] of evidence.entries()) {
    const remedy = `Claims are judged by runs of ${known.join(', ')}.`;
    if (!known.includes(experiment))
      throw new Fault(ExitCode.usage, `${directory}: a run of ${experiment} decides no claim`, remedy);
    if (evidence.findIndex((other) => other.experiment === experiment) !== index)
      throw new Fault(ExitCode.usage, `${directory}: a second run of ${experiment}`, 'Name one run of each.');
  }
}

/** Nothing where there is no reference, or no capture to compare. */
async function sameAsReference(run: Evidence): Promise<Evaluation['references']> {
  if (run.kind !== 'rows' || !existsSync(join(run.directory, 'plan.json'))) return [];
  const found = await againstReference(run.directory, run.rows).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined; // Not every cell was measured, or captures were left out.
    throw error;
  });
  return found && found.cells > 0 ? [{ run: run.id, cells: found.cells, identical: found.identical }] : [];
}

async function writeAppendix(file: string, evaluation: Evaluation): Promise<void> {
  const images = evaluation.runs.flatMap(({ circumstances }) => circumstances.image.recipe ?? []);
  const facts = await artifactFacts(images.length > 0 ? [...new Set(images)] : ['trixie']);
  const document = appendixOf(facts, evaluation);
  await writeFile(file, file.endsWith('.tex') ? toTex(document) : toMarkdown(document));
}

function textOf(
  { systems, assessments, references, runs }: Evaluation,
  appendix: string | undefined,
): string {
  return [
    paintVerdicts(renderEvaluation(systems, assessments)),
    ...references.map(
      ({ run, cells, identical }) => `${run}: ${identical} of ${cells} cells bit-identical to the reference`,
    ),
    ...runs.map(({ directory }) => `Run: ${directory}`),
    ...(appendix ? [`Appendix: ${appendix}`] : []),
  ].join('\n');
}

const jsonOf = ({ extent, assessments, runs, preparation, references }: Evaluation, code: ExitCode) => ({
  version: 1,
  ...{ extent, exit: code, tally: tally(assessments), preparation, references },
  runs: runs.map(({ id, directory, experiment, clock, duration_s }) => ({
    ...{ id, directory, experiment, clock, duration_s },
  })),
  claims: assessments.map(({ claim, result, ...rest }) => ({
    ...{ system: rest.system, id: claim.id, text: claim.text, source: claim.source },
    ...rest,
    value: result?.measured?.value ?? null,
    interval: result?.measured ? [result.measured.low, result.measured.high] : null,
    rows: result?.rows ?? null,
  })),
});
