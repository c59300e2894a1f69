<?php
// A PHP worker on every gateway whose onClose asks the gateway about the client that has gone: isOnline, isUidOnline, getSession. Each question is a
// connection of its own, as in GatewayWorker. Answers messages with "php " and the message. Prints what became of its questions when a link ends.

require __DIR__ . '/wire.php';

$links = [];
foreach (addresses() as $gateway) {
    $worker = new Worker($gateway, $argv[1]);
    $links[(int)$worker->socket] = [$gateway, $worker];
}

$closed = $answered = 0;
echo "ready\n";
while ($links !== []) {
    $ready = array_map(fn ($link) => $link[1]->socket, $links);
    $none = null;
    stream_select($ready, $none, $none, null);
    foreach ($ready as $socket) {
        [$gateway, $worker] = $links[(int)$socket];
        try {
            $event = $worker->next(true);
        } catch (RuntimeException | ErrorException $end) {
            unset($links[(int)$socket]);
            echo "link ended: closed $closed answered $answered\n";
            continue;
        }
        if ($event['cmd'] === 3) {
            $worker->send(packet(5, $event['connection'], 'php ' . $event['body']));
        }
        if ($event['cmd'] === 4) {
            $closed++;
            try {
                $answers = [ask($gateway, packet(11, $event['connection'])), ask($gateway, packet(15, 0, '', 'u')), ask($gateway, packet(203, $event['connection']))];
                $answered += $answers === [0, [], null] ? 1 : 0;
            } catch (RuntimeException | ErrorException $refused) {
                echo "refused: {$refused->getMessage()}\n";
            }
        }
    }
}
