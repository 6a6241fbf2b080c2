/**
 * Paths are relative to the authority's directory. A certificate says nothing but its name and use, and outlives
 * the longest-living node.
 *
 * Source: openssl-ca(1), x509v3_config(5).
 */
export const OPENSSL_CONFIG = `[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = certificates
certificate = ca.crt
private_key = ca.key
rand_serial = yes
unique_subject = no
default_md = sha256
default_days = 60
default_crl_days = 3650
copy_extensions = none
policy = named
[named]
commonName = supplied
[req]
distinguished_name = subject
prompt = no
[subject]
[authority]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
[node]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
`;
