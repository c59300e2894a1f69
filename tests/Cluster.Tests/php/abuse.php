<?php
// What ends or harms the original (section 9, numbers 5, 12 and 14): it may harm nobody but its sender.

require __DIR__ . '/wire.php';

$gateway = addresses()[0];
$worker = new Worker($gateway, 'abuse:0');
$port = [port('PORTICO_TEXT', 0), port('PORTICO_TEXT', 1)];
$canary = new TextClient($port[0]);

// The canary is on the first text port; find the gateway that has it.
foreach (addresses() as $address) {
    if (ask($address, packet(24)) === 1) {
        $gateway = $address;
    }
}
$all = ask($gateway, packet(10));
$id = array_key_first($all);

function alive(string $what): void
{
    global $gateway, $id, $canary;
    say($gateway, packet(5, $id, $what));
    same($what, $canary->receive(), "the canary lives after $what");
}

// Lengths that cannot be.
foreach (['00000000', '0000001b', '00a00001', 'ffffffff'] as $length) {
    $socket = dial($gateway);
    fwrite($socket, auth() . hex2bin($length) . str_repeat("\0", 24));
    check(ended($socket), "a packet of length $length is refused");
}
$socket = dial($gateway);
fwrite($socket, auth() . pack('NCNnNnNCnN', 28, 5, 0, 0, 0, 0, 1, 1, 0, 1));
check(ended($socket), 'ext data longer than the packet is refused');
alive('bad lengths');

// What came before the bad packet counts.
$socket = dial($gateway);
fwrite($socket, auth() . packet(5, $id, 'before') . "\0\0\0\0");
same('before', $canary->receive(), 'commands before a bad packet are done');

// Unknown and worker-side commands are ignored, and the connection lives.
$socket = dial($gateway);
fwrite($socket, auth() . packet(99) . packet(201) . packet(1) . packet(11, $id));
same('i:1;', answer($socket), 'unknown commands are ignored');
fclose($socket);

// What ends the original's process: each is answered, or ignored.
$socket = dial($gateway);
$queries = [
    [16, '[["a"],"b"]'], [16, '{"a":{"b":1}}'], [28, '[["a"]]'], [28, '{"a":{"b":1}}'], [25, '"text"'],
    [25, '{"fields":["uid"],"where":{"uid":[["a"]]}}'], [25, '{"fields":[["uid"]],"where":[]}'], [25, '{"fields":["uid"],"where":[1]}'],
    [25, ''], [25, '{'], [16, '"x"'], [28, '5'], [15, ''],
];
foreach ($queries as [$command, $ext]) {
    fwrite($socket, auth() . packet($command, 0, '', $ext));
    check(is_array(unserialize(answer($socket))), "$command with $ext is answered");
}
fwrite($socket, auth() . packet(14, 0, 'x', '[["a"]]') . packet(22, 0, 'x', '{"group":[["a"]],"exclude":[[1]]}') . packet(6, 0, 'x', '{"connections":[[1],{"a":2}]}')
    . packet(9, $id, '', 'garbage') . packet(9, $id, '', 'i:5;') . packet(204, $id, '', 'i:5;') . packet(9, $id, '', serialize(['a' => 1]))
    . packet(12, $id, '', str_repeat('u', 5000)) . packet(20, $id, '', str_repeat('g', 5000)) . packet(11, $id));
same('i:1;', answer($socket), 'commands with nested lists harm nobody');
fclose($socket);
same(['a' => 1], ask($gateway, packet(203, $id)), 'a session that was no array is replaced by the update');
alive('nested lists');

// PHP values that are no values, as bodies.
foreach (['a:1:{', 'O:8:"stdClass":1:{s:1:"a";i:1;}', 's:99:"x";', ''] as $body) {
    $socket = dial($gateway);
    $packet = pack('NCNnNnNCnN', 28 + strlen($body), 5, 0, 0, 0, 0, $id, 0, 0, 0) . $body;
    fwrite($socket, auth() . $packet);
    fclose($socket);
}
same('{"__PHP_Incomplete_Class_Name":"stdClass","a":1}', $canary->receive(), 'an object is JSON, and nothing of the others is sent');
alive('bad bodies');

// Who has no key gets no answer.
if (getenv('PORTICO_KEY') !== '') {
    foreach ([packet(11, $id), packet(202, 0, '{"secret_key":"wrong"}'), packet(202, 0, 'no json'), packet(202, 0, '{}'), packet(200, 0, '{"worker_key":"w:0"}')] as $packet) {
        $socket = dial($gateway);
        fwrite($socket, $packet . packet(5, $id, 'stolen'));
        check(ended($socket), 'without the key the connection is closed');
    }
} else {
    $socket = dial($gateway);
    fwrite($socket, packet(202, 0, '{"secret_key":"any"}') . packet(5, $id, 'stolen'));
    check(ended($socket), 'an open gateway refuses a key that is not empty');
}
alive('strangers');

// Random bytes, with commands that say nothing to the canary.
mt_srand(4);
$commands = [0, 1, 9, 10, 11, 15, 16, 23, 24, 25, 26, 28, 99, 200, 201, 202, 203, 255];
for ($i = 0; $i < 300; $i++) {
    $socket = dial($gateway);
    $noise = '';
    for ($j = mt_rand(1, 200); $j > 0; $j--) {
        $noise .= chr(mt_rand(0, 255));
    }
    fwrite($socket, mt_rand(0, 1) ? $noise : auth() . pack('NCNnNnNCnN', 28 + strlen($noise), $commands[mt_rand(0, 17)], 0, 0, 0, 0, 1, mt_rand(0, 3), 0, mt_rand(0, strlen($noise))) . $noise);
    fclose($socket);
}
alive('noise');

// A thousand queries at once, and commands that come with the end of the connection.
$socket = dial($gateway);
fwrite($socket, auth() . str_repeat(packet(11, $id), 1000));
$answers = exactly($socket, 8000);
same(str_repeat("\0\0\0\4i:1;", 1000), $answers, 'a thousand pipelined queries');
fclose($socket);
say($gateway, implode('', array_map(fn ($i) => packet(5, $id, "n$i"), range(0, 999))));
for ($i = 0, $ordered = true; $i < 1000; $i++) {
    $ordered = $ordered && $canary->receive() === "n$i";
}
check($ordered, 'a thousand commands before the end are all done, in order');
done();
