// ES5 only, see indexdeck.
// biome-ignore-all lint/style/useNodejsImportProtocol: an old Node does not know the node: protocol.
// biome-ignore-all lint/style/useTemplate: ES5 only.
// biome-ignore-all lint/complexity/useArrowFunction: ES5 only.
'use strict';

var childProcess = require('child_process');
var fs = require('fs');
var path = require('path');

/** The Node of the npm package "node", in the node_modules folders from here up; null when there is none. */
function localNode() {
  var folder = __dirname;
  var candidate = '';
  for (;;) {
    candidate = path.join(folder, 'node_modules', 'node', 'bin', 'node');
    if (fs.existsSync(candidate)) return candidate;
    if (path.dirname(folder) === folder) return null;
    folder = path.dirname(folder);
  }
}

function tooOld(message) {
  process.stderr.write('indexdeck: ' + message + '\n');
  process.exitCode = 2;
}

/** Runs the program on a newer Node, with the same input, output, signals and exit status. */
module.exports = function onNewerNode(atLeast) {
  var node = process.env.INDEXDECK_STARTED_AGAIN === undefined ? localNode() : null;
  if (node === null) {
    tooOld('needs Node ' + atLeast + ' or newer, and this is ' + process.versions.node + ': install a newer one');
    return;
  }
  // Should that one be too old as well, it must not start itself for ever.
  process.env.INDEXDECK_STARTED_AGAIN = '1';
  var args = [path.join(__dirname, 'indexdeck')].concat(process.argv.slice(2));
  var child = childProcess.spawn(node, args, { stdio: 'inherit' });
  ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGCONT'].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on('error', function (error) {
    tooOld('could not start ' + node + ': ' + error.message);
  });
  child.on('exit', function (code, signal) {
    if (signal === null) {
      process.exitCode = code;
      return;
    }
    // Ends as the program did, so that whoever waits sees the same.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
};
