<?php
// Every method of the API table (section 5), by the commands that it is made of, over two gateways.

require __DIR__ . '/wire.php';

// A worker, since clients without one wait. It does nothing.
$gateways = addresses();
check(count($gateways) === 2, 'two gateways are listed', $gateways);
$workers = array_map(fn ($gateway) => new Worker($gateway, 'idle:0'), $gateways);

function all(string $packet): array
{
    return array_combine($GLOBALS['gateways'], array_map(fn ($gateway) => ask($gateway, $packet), $GLOBALS['gateways']));
}

function everywhere(string $packet): void
{
    array_map(fn ($gateway) => say($gateway, $packet), $GLOBALS['gateways']);
}

function one(string $client, int $command, $body = '', string $ext = '', int $flag = 0): void
{
    [$address, $connection] = place($client);
    say($address, packet($command, $connection, $body, $ext, $flag));
}

function of(string $client, int $command, string $ext = '')
{
    [$address, $connection] = place($client);
    return ask($address, packet($command, $connection, '', $ext));
}

function select(array $fields, array $where = []): array
{
    $rows = [];
    foreach (all(packet(25, 0, '', json_encode(['fields' => $fields, 'where' => $where]))) as $address => $items) {
        foreach ($items as $connection => $row) {
            $rows[client_id($address, $connection)] = $row;
        }
    }
    return $rows;
}

function total(string $packet): int
{
    return array_sum(all($packet));
}

function by_uid(string $uid): array
{
    $clients = [];
    foreach (all(packet(15, 0, '', $uid)) as $address => $connections) {
        foreach ($connections as $connection) {
            $clients[] = client_id($address, $connection);
        }
    }
    sort($clients);
    return $clients;
}

function joined($client)
{
    $known = array_keys(select(['uid']));
    $made = $client();
    do {
        $new = array_values(array_diff(array_keys(select(['uid'])), $known));
    } while ($new === []);
    return [$made, $new[0]];
}

// getAllClientIdCount, getAllClientIdList
becomes(0, fn () => total(packet(24)), 'nobody is counted');
[$a, $ida] = joined(fn () => new TextClient(port('PORTICO_TEXT', 0)));
[$b, $idb] = joined(fn () => new TextClient(port('PORTICO_TEXT', 1)));
[$w, $idw] = joined(fn () => new WsClient(port('PORTICO_WS', 0)));
check(preg_match('/^[0-9a-f]{20}$/', $ida) === 1, 'client_id is 20 lowercase hex digits', $ida);
same(place($ida)[0], place($idw)[0], 'clients of one gateway have its address');
same(3, total(packet(24)), 'getAllClientIdCount');

// isOnline, with the very bytes
$socket = dial(place($ida)[0]);
fwrite($socket, auth() . packet(11, place($ida)[1]) . packet(11, 1) . packet(11, place($ida)[1]));
same('00000004693a313b' . '00000004693a303b' . '00000004693a313b', bin2hex(exactly($socket, 24)), 'isOnline, pipelined');
fwrite($socket, auth() . packet(24));
same('i:2;', answer($socket), '202 again before another query');
fclose($socket);

// sendToClient, sendToAll
one($ida, 5, 'hello');
same('hello', $a->receive(), 'sendToClient');
one($idw, 5, 'héllo');
same('héllo', $w->receive(), 'sendToClient to a WebSocket');
one($ida, 5, '');
same('', $a->receive(), 'sendToClient with an empty message');
one($ida, 5, 5);
same('5', $a->receive(), 'sendToClient with a number');
everywhere(packet(6, 0, 'all'));
foreach ([$a, $b, $w] as $client) {
    same('all', $client->receive(), 'sendToAll');
}
say(place($ida)[0], packet(6, 0, 'some', json_encode(['connections' => [place($ida)[1] => place($ida)[1]]])));
same('some', $a->receive(), 'sendToAll to listed clients');
say(place($ida)[0], packet(6, 0, 'none', json_encode(['connections' => []])) . packet(6, 0, 'others', json_encode(['exclude' => [place($ida)[1] => place($ida)[1]]])));
same('others', $w->receive(), 'sendToAll without excluded clients, and to an empty list');
say(place($ida)[0], packet(6, 0, "raw\n", json_encode(['connections' => [place($ida)[1]]]), 2));
same('raw', $a->receive(), 'sendToAll raw');
say(place($ida)[0], packet(6, 0, ['x' => 1, 'y' => '张/']));
same('{"x":1,"y":"张\\/"}', $a->receive(), 'an array is JSON on a text port');
same('{"x":1,"y":"张\\/"}', $w->receive(), 'an array is JSON on a WebSocket');

// bindUid, isUidOnline, getClientIdByUid, batchGetClientIdByUid, isUidsOnline
one($ida, 12, '', 'bob');
one($idb, 12, '', '123');
one($idw, 12, '', 'alice');
one($idw, 12, '', 'bob');
one($ida, 12, '', '0');
$both = [$ida, $idw];
sort($both);
becomes($both, fn () => by_uid('bob'), 'getClientIdByUid');
same([], by_uid('alice'), 'a client has one uid');
same([], by_uid('0'), 'the uid "0" cannot be bound');
becomes([$idb], fn () => by_uid('123'), 'isUidOnline with a number');
$batch = ask(place($ida)[0], packet(16, 0, '', json_encode(['bob', 123, 'nope'])));
same(['bob', 123, 'nope'], array_keys($batch), 'batchGetClientIdByUid: every uid as key, numbers as numbers');
same([2, 0], [count($batch['bob']), count($batch['nope'])], 'batchGetClientIdByUid: its clients');
same([], ask($gateways[0], packet(16, 0, '', '')), 'batchGetClientIdByUid without JSON');

// getUidByClientId, getAllUidList, getAllUidCount
same('123', select(['uid'], ['connection_id' => [place($idb)[1]]])[$idb]['uid'], 'getUidByClientId is a string');
$uids = array_unique(array_filter(array_column(select(['uid']), 'uid')));
sort($uids);
same(['123', 'bob'], $uids, 'getAllUidList');

// sendToUid
everywhere(packet(14, 0, 'to bob', json_encode(['bob'])));
same('to bob', $a->receive(), 'sendToUid');
same('to bob', $w->receive(), 'sendToUid to every client of the uid');
everywhere(packet(14, 0, 'twice', json_encode([123, '123'])));
same('twice', $b->receive(), 'sendToUid with a uid listed twice');
same('twice', $b->receive(), 'sendToUid with a uid listed twice, again');

// joinGroup, getAllGroupIdList, getClientIdCountByGroup, batchGetClientIdCountByGroup
one($ida, 20, '', 'room1');
one($idb, 20, '', 'room1');
one($idb, 20, '', '7');
one($idb, 20, '', '7');
one($idw, 20, '', '7');
one($idw, 20, '', '0');
one($idw, 20, '', '');
becomes(2, fn () => total(packet(24, 0, '', 'room1')), 'getClientIdCountByGroup');
becomes(2, fn () => total(packet(24, 0, '', '7')), 'joinGroup twice is once');
same(0, total(packet(24, 0, '', '0')), 'the group "0" cannot be joined');
same(0, total(packet(24, 0, '', 'nope')), 'getClientIdCountByGroup of none');
$groups = array_merge(...array_values(all(packet(26))));
check(in_array('room1', $groups, true) && in_array(7, $groups, true), 'getAllGroupIdList, numbers as numbers', $groups);
$counts = ask(place($idb)[0], packet(28, 0, '', json_encode(['room1', 7, 'x'])));
same(['room1' => 1, 7 => 1, 'x' => 0], $counts, 'batchGetClientIdCountByGroup');

// getClientIdListByGroup, getUidListByGroup, getAllGroupUidList, getAllGroupClientIdList
$members = array_keys(select(['uid'], ['groups' => ['room1']]));
sort($members);
$expected = [$ida, $idb];
sort($expected);
same($expected, $members, 'getClientIdListByGroup');
same(3, count(select(['uid'], ['groups' => ['room1', 7]])), 'getUidListByGroup of two groups');
same(2, count(select(['uid'], ['groups' => ['room1'], 'connection_id' => [place($ida)[1]]])), 'conditions are a union');
[$c, $idc] = joined(fn () => new TextClient(port('PORTICO_TEXT', 0)));
foreach (all(packet(25, 0, '', json_encode(['fields' => ['uid', 'groups'], 'where' => []]))) as $items) {
    $incomplete = false;
    foreach ($items as $item) {
        check(!$incomplete || !$item['groups'], 'clients with groups come first, since PHP stops reading at the first without');
        $incomplete = $incomplete || !$item['groups'];
    }
}
$rows = select(['uid', 'groups']);
same(['uid' => null, 'groups' => null], $rows[$idc], 'never in a group is null');
same(['room1' => 'room1', 7 => '7'], $rows[$idb]['groups'], 'groups: keys normalised, values text');
same(['uid' => 'bob', 'color' => null], select(['uid', 'color'], ['connection_id' => [place($ida)[1]]])[$ida] ?? null, 'an unknown field is null');

// sendToGroup
everywhere(packet(22, 0, 'group', json_encode(['group' => ['room1'], 'exclude' => null])));
same('group', $a->receive(), 'sendToGroup');
same('group', $b->receive(), 'sendToGroup on the other gateway');
everywhere(packet(22, 0, 'groups', json_encode(['group' => ['room1', 7], 'exclude' => [place($ida)[1] => place($ida)[1]]])));
same(['groups', 'groups', 'groups'], [$b->receive(), $b->receive(), $w->receive()], 'sendToGroup: twice to a member of two, none to the excluded');

// setSession, updateSession, getSession, getAllClientSessions, getClientSessionsByGroup
one($ida, 204, '', serialize(['name' => 'A', 'n' => [1, 2, 3]]));
becomes(['name' => 'A', 'n' => [1, 2, 3]], fn () => of($ida, 203), 'setSession');
one($ida, 9, '', serialize(['n' => [9], 'z' => null]));
becomes(['name' => 'A', 'n' => [9, 2, 3], 'z' => null], fn () => of($ida, 203), 'updateSession merges');
same([], of($idb, 203), 'getSession without one');
same(null, ask($gateways[0], packet(203, 1)), 'getSession of nobody');
$socket = dial(place($ida)[0]);
fwrite($socket, auth() . packet(203, place($ida)[1]));
same(serialize(['name' => 'A', 'n' => [9, 2, 3], 'z' => null]), answer($socket), 'getSession gives the stored bytes');
fclose($socket);
$sessions = ask(place($ida)[0], packet(10));
same(serialize(['name' => 'A', 'n' => [9, 2, 3], 'z' => null]), $sessions[place($ida)[1]], 'getAllClientSessions');
same('', $sessions[place($idw)[1]], 'getAllClientSessions of a client without one');
same([place($ida)[1]], array_keys(ask(place($ida)[0], packet(23, 0, '', 'room1'))), 'getClientSessionsByGroup');
same([], ask($gateways[0], packet(23, 0, '', 'nope')), 'getClientSessionsByGroup of none');
one($idb, 204, '', 'i:5;');
one($idb, 9, '', serialize(['q' => 1]));
becomes(['q' => 1], fn () => of($idb, 203), 'updateSession over what is no array');
one($idb, 204, '', '');
becomes([], fn () => of($idb, 203), 'setSession to nothing');

// leaveGroup, ungroup, unbindUid
one($idb, 21, '', 'room1');
becomes(1, fn () => total(packet(24, 0, '', 'room1')), 'leaveGroup');
everywhere(packet(27, 0, '', '7'));
becomes(0, fn () => total(packet(24, 0, '', '7')), 'ungroup');
same(['groups' => []], select(['groups'], ['connection_id' => [place($idb)[1]]])[$idb], 'left all groups is an empty array');
one($idw, 13, '', 'whatever');
becomes([$ida], fn () => by_uid('bob'), 'unbindUid, whatever the uid it names');

// closeClient, destoryClient
one($idc, 7, 'bye');
same('bye', $c->receive(), 'closeClient with a message');
check(ended($c->socket), 'closeClient closes');
one($ida, 7, null);
check(ended($a->socket), 'closeClient without a message sends nothing');
one($idb, 8);
check(ended($b->socket), 'destoryClient');
one($idw, 7, '');
same('', $w->receive(), 'closeClient with an empty message sends it');
becomes(0, fn () => total(packet(24)), 'all are gone');
done();
