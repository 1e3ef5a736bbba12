// A simulator of the test's own, and its control socket.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import readline from 'node:readline'

export class Wasim {
	// Starts `program` in `dir`; fails if it does not get ready.
	static async start(program, dir, ...args) {
		const sim = new Wasim()
		sim.child = spawn(program, ['--tls', `${dir}/tls`,
			'--control', `${dir}/ctl`, '--until-eof', ...args],
		{ stdio: ['pipe', 'pipe', 'inherit'] })
		const first = await Promise.race([
			firstLine(sim.child.stdout),
			new Promise((_, no) => sim.child.on('error', no)),
		])
		sim.ready = JSON.parse(first)
		sim.ca = fs.readFileSync(sim.ready.ca_file)
		sim.answers = []
		sim.socket = net.connect(sim.ready.control)
		// an end that was not asked for fails whatever waits for an answer
		sim.socket.on('error', error => Promise.reject(error))
		sim.socket.on('close', () => sim.stopped ||
			Promise.reject(new Error('wasim ended')))
		readline.createInterface({ input: sim.socket })
			.on('line', line => sim.answers.shift()(JSON.parse(line)))
		return sim
	}

	// The answer, whether ok or not.
	ask(cmd, members = {}) {
		return new Promise(resolve => {
			this.answers.push(resolve)
			this.socket.write(JSON.stringify({ cmd, ...members }) + '\n')
		})
	}

	async do(cmd, members) {
		const answer = await this.ask(cmd, members)
		if (!answer.ok) {
			throw new Error(`wasim: ${cmd} ${JSON.stringify(members)}: ` +
				JSON.stringify(answer))
		}
		return answer
	}

	stop() {
		this.stopped = true
		this.socket?.destroy()
		this.child.stdin.end()
	}
}

async function firstLine(stream) {
	for await (const line of readline.createInterface({ input: stream }))
		return line
	throw new Error('wasim ended before it was ready')
}
