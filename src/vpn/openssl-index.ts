/** A row of the database of openssl-ca(1). */
export interface IssuedCertificate {
  /** Hexadecimal; names its file. */
  readonly serial: string;
  readonly name: string;
  readonly isRevoked: boolean;
}

/** Fields, split by tabs: state (`V`, `R`, `E`), expiry, revocation, serial number, file, subject. */
export function parseIndex(text: string): readonly IssuedCertificate[] {
  return text.split('\n').flatMap((line) => {
    const [state = '', , , serial = '', , subject = ''] = line.split('\t');
    const name = /\/CN=(?<name>[^/]*)$/.exec(subject)?.groups?.name;
    return name === undefined ? [] : [{ serial, name, isRevoked: state !== 'V' }];
  });
}
