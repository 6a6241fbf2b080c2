/**
 * ADL, the job language of EMI execution services (Activity Description Language 1.16), in the words
 * and the order in which ARC itself writes it.
 *
 * @module
 */

import type { ArcRequest } from './arc-request.ts';

const MIB = 2 ** 20;

/** Named here and not imported: the library takes a tenth of a second to load. */
type Tree = { readonly [name: string]: Content };
type Content = string | number | boolean | Tree | readonly (Tree | string)[] | undefined;

/** An ADL document for what {@link toXrsl} says in xRSL. */
export async function renderAdl(request: ArcRequest): Promise<string> {
  const { create } = await import('xmlbuilder2');
  return `${create({ version: '1.0', encoding: 'UTF-8' }, documentOf(request)).end({ prettyPrint: true })}\n`;
}

function documentOf(request: ArcRequest): Tree {
  return {
    ActivityDescription: {
      '@xmlns': 'http://www.eu-emi.eu/es/2010/12/adl',
      ActivityIdentification: { Name: request.name },
      Application: application(request),
      Resources: resources(request),
      DataStaging: {
        InputFile: request.inputs.map(({ name, url, isExecutable }) => ({
          Name: name,
          Source: url === undefined ? undefined : { URI: url },
          IsExecutable: isExecutable || undefined,
        })),
        OutputFile: request.outputs.map(({ name, url }) => ({
          Name: name,
          Target: url === undefined ? undefined : target(url),
        })),
      },
    },
  };
}

function application(request: ArcRequest): Tree {
  return {
    Executable: { Path: request.executable },
    Output: request.stdout,
    Error: request.stderr,
    Environment: Object.entries(request.environment).map(([Name, Value]) => ({ Name, Value })),
    Notification: request.notify === undefined ? undefined : notification(request.notify),
  };
}

function resources(request: ArcRequest): Tree {
  const { architecture, rte, memory, disk, count, queue, cpuTime, wallTime } = request;
  return {
    Platform: architecture,
    RuntimeEnvironment: rte === undefined ? undefined : runtime(rte),
    IndividualPhysicalMemory: memory * MIB,
    DiskSpaceRequirement: disk === undefined ? undefined : disk * MIB,
    SlotRequirement: { NumberOfSlots: count },
    QueueName: queue,
    TotalCPUTime: cpuTime,
    WallTime: wallTime,
  };
}

/** `APPS/BIO/APPPOT-1.0`: the version begins after the first dash that a digit follows. */
function runtime(name: string): Tree {
  const [, Name = name, Version] = /^(.+?)-(\d.*)$/.exec(name) ?? [];
  return { Name, Version };
}

function target(url: string): Tree {
  return {
    URI: url,
    Mandatory: false,
    UseIfFailure: false,
    UseIfCancel: false,
    UseIfSuccess: true,
  };
}

function notification(address: string): Tree {
  return {
    Protocol: 'email',
    Recipient: address,
    OnState: ['PREPROCESSING', 'TERMINAL'],
  };
}
