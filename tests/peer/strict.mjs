// Makes Baileys check signatures. It asks for every check that the protocol
// needs, but its verify ignores the answer and says yes to anything; this one
// is computed by node's own Ed25519, so that a simulator that signs wrongly
// does not pass. The root key it trusts becomes the simulator's.
import crypto from 'node:crypto'

import { Curve, WA_CERT_DETAILS } from 'baileys'

const P = 2n ** 255n - 19n

function power(base, exponent) {
	let result = 1n
	for (base %= P; exponent > 0n; exponent >>= 1n) {
		if (exponent & 1n)
			result = result * base % P
		base = base * base % P
	}
	return result
}

// The Edwards point of a Montgomery key; its sign travels in the signature.
function edwardsKey(montgomery, sign) {
	const u = BigInt('0x' + Buffer.from(montgomery).reverse().toString('hex'))
		& (1n << 255n) - 1n
	const y = (u - 1n + P) * power(u + 1n, P - 2n) % P
	const raw = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse()
	raw[31] |= sign
	return crypto.createPublicKey({
		format: 'jwk',
		key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
	})
}

export const checks = { passed: 0, failed: 0 }

function verify(key, message, signature) {
	let ok = false
	if (key?.length === 33 && key[0] === 5)
		key = key.subarray(1)   // the type byte of signed pre-keys
	if (key?.length === 32 && signature?.length === 64) {
		const plain = Buffer.from(signature)
		const sign = plain[63] & 0x80
		plain[63] &= 0x7f
		ok = crypto.verify(null, message, edwardsKey(key, sign), plain)
	}
	checks[ok ? 'passed' : 'failed']++
	return ok
}

export function trust(rootKey) {
	Curve.verify = verify
	WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootKey, 'hex')
}
