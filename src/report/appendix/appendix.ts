// SPDX-License-Identifier: GPL-2.0-only
import type { Assessment, Extent, System } from '../evaluation/assessment.ts';
import type { Evidence } from '../evaluation/evidence.ts';
import { tally } from '../evaluation/table.ts';
import { count, duration, number } from '../format.ts';
import { amount } from '../wording.ts';
import { type Block, code, type Document, heading, type Line, list, paragraph } from './document.ts';

/** What is known of the program: from package.json, CITATION.cff, the locks of the images, and git. */
export interface ArtifactFacts {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly title: string;
  readonly authors: readonly string[];
  readonly licence: string;
  readonly doi: string | null;
  readonly url: string | null;
  /** What `git describe` says of the source, or its commit. */
  readonly source: string | null;
  /** Range of versions, as package.json has it. */
  readonly node: string;
  readonly systems: string;
  readonly packages: readonly string[];
  readonly diskGb: number;
  readonly memoryGb: number;
  readonly images: readonly {
    readonly name: string;
    readonly suites: readonly string[];
    readonly packages: number;
    /** Of all packages, as they are downloaded. */
    readonly bytes: number;
    readonly lock: string;
  }[];
}

/** Of this very evaluation; null where runs were judged that were there already. */
export interface Preparation {
  readonly seconds: number;
  /** What had to be built; empty where all of it was in the cache. */
  readonly builds: readonly string[];
}

export interface Evaluation {
  readonly extent: Extent;
  readonly systems: readonly System[];
  readonly assessments: readonly Assessment[];
  readonly runs: readonly Evidence[];
  readonly preparation: Preparation | null;
  /** How many cells of a run have the capture of the reference to the bit. */
  readonly references: readonly {
    readonly run: string;
    readonly cells: number;
    readonly identical: number;
  }[];
}

/** An artifact appendix, in the order in which conferences ask for it. Pure. */
export function appendixOf(facts: ArtifactFacts, evaluation: Evaluation): Document {
  return {
    title: 'Artifact Appendix',
    blocks: [
      ...[heading('Abstract'), abstract(facts, evaluation)],
      ...[heading('Check-list'), list(...checkList(facts, evaluation))],
      ...[heading('Description'), ...description(facts)],
      ...[heading('Installation'), ...installation()],
      ...[heading('Experiment workflow'), ...workflow(evaluation)],
      ...[heading('Evaluation and expected results'), ...results(evaluation)],
      ...[heading('Experiment customisation'), ...customisation()],
      ...[heading('Methodology'), ...methodology()],
    ],
  };
}

function abstract(
  { name, version, description }: ArtifactFacts,
  { systems, assessments }: Evaluation,
): Block {
  const papers = `${count(assessments.length, 'claim')} of ${count(systems.length, 'paper')}`;
  const measured = assessments.filter(({ verdict }) => verdict !== 'not measured').length;
  return paragraph(
    `${name} ${version}: ${description}. It has ${papers} written down as rules, of which this evaluation measured ${measured}. `,
    `${tally(assessments)}. "As stated" means that the evaluation found what the artifact states of itself, which for some claims is that they are not reproduced.`,
  );
}

function checkList(facts: ArtifactFacts, { runs, preparation }: Evaluation): Line[] {
  const size = facts.images.reduce((sum, { bytes }) => sum + bytes, 0);
  const used = runs.reduce((sum, run) => sum + (run.duration_s ?? 0), 0);
  const timed = runs.filter(({ duration_s }) => duration_s !== null);
  const machines = [...new Set(runs.map(machine).filter(Boolean))];
  const accelerators = [...new Set(runs.map(({ circumstances }) => circumstances.accelerator))];
  const clocks = [...new Set(runs.map(({ clock }) => clock))];
  return [
    [`Program: ${facts.name} ${facts.version}`, ...(facts.source ? [', source ', code(facts.source)] : [])],
    [
      `Hardware: an x86-64 host with ${facts.memoryGb} GB of free memory; KVM is used where it works, and not needed`,
    ],
    ...machines.map((text): Line => [`Measured here on: ${text}`]),
    ...(runs.length > 0
      ? [[`Measured here with: ${accelerators.join(' and ')}, ${clocks.join(' and ')} clock`]]
      : []),
    [
      `Software: ${facts.systems}, Node.js ${facts.node}, and the Debian packages ${facts.packages.join(', ')}`,
    ],
    ...facts.images.map(
      (image): Line => [
        `Image ${image.name}: ${image.packages} packages of ${image.suites.join(', ')} (${megabytes(image.bytes)}), lock `,
        code(image.lock.slice(0, 16)),
      ],
    ),
    [`Disk: ${facts.diskGb} GB; downloads of ${megabytes(size)} at most`],
    ...(preparation ? [prepared(preparation)] : []),
    ...(timed.length > 0
      ? [[`Experiment time, measured here: ${duration(used)} in ${count(timed.length, 'run')}`]]
      : []),
    [`Licence: ${facts.licence}`],
    ...(facts.doi ? [[`Archived at: doi:${facts.doi}`]] : []),
  ];
}

function machine({ circumstances: { host } }: Evidence): string {
  const memory = host.memory_mb ? `${number(host.memory_mb)} MB` : null;
  const processors = host.processors ? count(host.processors, 'processor') : null;
  return [host.system, host.kernel, host.processor, processors, memory].filter(Boolean).join(', ');
}

const prepared = ({ seconds, builds }: Preparation): Line => [
  `Preparation time, measured here: ${duration(seconds)}; ${builds.length > 0 ? `built ${builds.join(', ')}` : 'all images were built already'}`,
];

const megabytes = (bytes: number) => `${number(Math.round(bytes / 1e6))} MB`;

function description({ title, authors, url, doi }: ArtifactFacts): Block[] {
  const where = [...(url ? [` Source: ${url}.`] : []), ...(doi ? [` Archive: doi:${doi}.`] : [])];
  return [
    paragraph(`${authors.join(', ')}. ${title}.`, ...where),
    paragraph(
      'Two nodes with one IP address and an unmodified peer run in QEMU, on the distributor’s own kernels. A kernel module takes a connection out of one kernel and puts it into the other; the peer’s capture shows what that did to the traffic. No data set is needed. Root is used to install system packages and for nothing else.',
    ),
  ];
}

const installation = (): Block[] => [
  paragraph('In a folder with the source:'),
  { kind: 'code', lines: ['npm ci', 'npx miglab doctor'] },
  paragraph(
    'The second command says what the host lacks, and the command that installs it. Images are fetched and built at the first use; docs/install.md has the ways without network.',
  ),
];

function workflow({ extent, assessments, runs }: Evaluation): Block[] {
  const known = [...new Set(assessments.flatMap(({ experiment }) => experiment ?? []))];
  const ofExperiment = (name: string) => assessments.filter(({ experiment }) => experiment === name);
  const cells = (name: string) => runs.find(({ experiment }) => experiment === name)?.cells;
  const amount = (name: string): string => {
    const found = cells(name);
    return found === undefined ? '–' : String(typeof found === 'number' ? found : found.length);
  };
  return [
    paragraph(
      'All of this appendix comes from one command, which measures, judges every claim and writes the text. With ',
      ...[code('--quick'), ' it boots the least cells that support each claim, with ', code('--full')],
      ' every cell with every seed. It exits with 0 when all is as stated below.',
    ),
    { kind: 'code', lines: [`npx miglab verify --${extent} --appendix appendix.md`] },
    paragraph('Each experiment alone, and the claims that it measures:'),
    {
      kind: 'table',
      heads: [
        { text: 'Claims', share: 0.4 },
        { text: 'Command', share: 0.35 },
        { text: 'Boots here', share: 0.1 },
      ],
      rows: known.map((name) => [
        [
          ofExperiment(name)
            .map(({ claim }) => claim.id)
            .join(', '),
        ],
        [code(`npx miglab run ${name}`)],
        [amount(name)],
      ]),
    },
  ];
}

function results({ assessments, references }: Evaluation): Block[] {
  const measurable = assessments.filter(({ experiment }) => experiment !== null);
  const others = assessments.filter(({ experiment }) => experiment === null);
  return [
    {
      kind: 'table',
      heads: [
        { text: 'Claim', share: 0.18 },
        { text: 'Source', share: 0.09 },
        { text: 'Expected', share: 0.13 },
        { text: 'Measured', share: 0.14 },
        { text: 'Tolerance', share: 0.09 },
        { text: 'Verdict', share: 0.1 },
        { text: 'Stated by the artifact', share: 0.12 },
      ],
      rows: measurable.map((each) => [
        ...[[each.claim.text], [`${each.system}, ${each.claim.source}`]],
        ...[[`${each.expected} (${each.claim.status === 'checked' ? from(each) : 'words'})`]],
        ...[[each.measured ?? `– (${each.because})`], [tolerance(each)], [each.verdict]],
        [each.stated ? `${each.stated}: ${each.agreement}` : '–'],
      ]),
    },
    paragraph('Where the bounds come from:'),
    list(
      ...measurable
        .filter(({ claim }) => claim.status === 'checked')
        .map(({ claim, bounds }): Line => [code(claim.id), `: ${bounds}`]),
    ),
    ...references.map(({ run, cells, identical }) =>
      paragraph(
        ...['Run ', code(run), `: ${identical} of ${count(cells, 'cell')} that the reference has too `],
        'have its capture to the bit.',
      ),
    ),
    ...(others.length > 0
      ? [
          paragraph('Claims that nothing measures yet:'),
          list(
            ...others.map(({ system, claim, because }): Line => [`${system}: ${claim.text} (${because})`]),
          ),
        ]
      : []),
  ];
}

const from = ({ claim }: Assessment) =>
  claim.status === 'checked' && claim.bounds_from === 'paper' ? 'paper' : 'our reading';

const tolerance = ({ claim }: Assessment): string =>
  claim.status === 'checked' ? amount(claim, claim.tolerance).replace(/^\+/, '') : '–';

const customisation = (): Block[] => [
  list(
    [
      'Another condition: a copy of an experiment’s file, ',
      code('npx miglab run FILE.exp.yml'),
      '. Roles, image sizes, rates, buffers, seeds and impairments are in it.',
    ],
    [
      'Another kernel: ',
      code('--image bookworm'),
      '. Another clock: ',
      code('--clock real'),
      ' or ',
      code('--clock virtual'),
      '.',
    ],
    [
      'Other bounds: the claims.yml, and ',
      code('npx miglab verify --quick --runs RUN'),
      ' judges the same runs by it.',
    ],
    [
      'The captures again, without QEMU: ',
      code('npx miglab report RUN'),
      '. All of it in one file: ',
      code('npx miglab archive RUN -o FILE.tar.gz'),
      '.',
    ],
  ),
];

const methodology = (): Block[] => [
  paragraph(
    'A cell is one boot of the lab under one condition with one seed, a row one migration in it, valid by rules that docs/results-format.md states. A claim takes the rows that it is about. It is reproduced when the whole 95% interval lies within its bounds, not reproduced when all of it lies outside, and inconclusive between. Intervals are percentile bootstraps of 1,000 resamples within each image size, from a fixed seed. docs/claims.md has the rules.',
  ),
  paragraph(
    'On the virtual clock, which is taken where KVM does not work, the machines’ clocks count instructions and frames cross a modelled wire: the same sources give the same captures to the bit on every host. What the artifact states of itself was measured on that clock; ',
    code('npx miglab verify EXPERIMENT'),
    ' carries an experiment out twice and compares every bit.',
  ),
];
