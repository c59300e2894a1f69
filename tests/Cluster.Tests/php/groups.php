<?php
// The lists of all groups over two gateways, read as GatewayClient reads them: it ends a gateway's rows at the first one without a group (or, for
// uids, without a uid), so only an order with those last (section 2.7) gives it complete lists.

require __DIR__ . '/wire.php';

$gateways = addresses();
check(count($gateways) === 2, 'two gateways are listed', $gateways);
sort($gateways);
$workers = array_map(fn ($gateway) => new Worker($gateway, 'groups:0'), $gateways);
$clients = [];
$people = [];
$members = [];
foreach ($gateways as $index => $gateway) {
    becomes(0, fn () => ask($gateway, packet(24)), 'nobody is there yet');

    // Without anything, with a uid alone, with groups alone, with both; mixed, so that any order but the right one shows.
    foreach ([[null, []], [null, ['all']], ["u$index", []], ["v$index", ['all', 'g' . $index]], [null, []], ['7', ['all', '8']], [null, ['8']], ["w$index", ['left']]] as [$uid, $groups]) {
        $clients[] = new TextClient(port('PORTICO_TEXT', $index));
        do {
            // Ends of the clients of other scripts may come first.
            $event = $workers[$index]->next();
        } while ($event['cmd'] !== 1);
        $connection = $event['connection'];
        $said = $uid === null ? '' : packet(12, $connection, '', $uid);
        foreach ($groups as $group) {
            $said .= packet(20, $connection, '', $group) . ($group === 'left' ? packet(21, $connection, '', $group) : '');
            if ($group !== 'left') {
                $members[$group][client_id($gateway, $connection)] = client_id($gateway, $connection);
                $people[$group] ??= [];
                $people[$group] += $uid === null ? [] : [$uid => $uid];
            }
        }
        $workers[$index]->send($said . packet(5, $connection, 'done'));
        same('done', end($clients)->receive(), 'it is all done');
    }
}

function rows(array $fields): array
{
    return array_map(fn ($gateway) => [$gateway, ask($gateway, packet(25, 0, '', json_encode(['fields' => $fields, 'where' => []])))], $GLOBALS['gateways']);
}

function sorted(array $lists): array
{
    array_walk($lists, fn (&$list) => ksort($list));
    ksort($lists);
    return $lists;
}

$seen = [];
foreach (rows(['groups']) as [$gateway, $items]) {
    same(8, count($items), 'everybody is in the answer');
    foreach ($items as $connection => $item) {
        if (empty($item['groups'])) {
            break;
        }
        foreach ($item['groups'] as $group) {
            $seen[$group][client_id($gateway, $connection)] = client_id($gateway, $connection);
        }
    }
}
same(sorted($members), sorted($seen), 'getAllGroupClientIdList is complete');

$seen = [];
foreach (rows(['uid', 'groups']) as [$gateway, $items]) {
    foreach ($items as $item) {
        if (empty($item['uid']) || empty($item['groups'])) {
            break;
        }
        foreach ($item['groups'] as $group) {
            $seen[$group][$item['uid']] = $item['uid'];
        }
    }
}
same(sorted(array_filter($people)), sorted($seen), 'getAllGroupUidList is complete');

// One that leaves its only group goes behind the others at once.
foreach ($gateways as $index => $gateway) {
    say($gateway, packet(27, 0, '', "g$index") . packet(27, 0, '', '8'));
    becomes(['all'], fn () => array_values(ask($gateway, packet(26))), 'ungroup');
    $items = array_values(ask($gateway, packet(25, 0, '', json_encode(['fields' => ['uid', 'groups'], 'where' => []]))));
    same([2, 1, 5], [count(array_filter($items, fn ($row) => $row['groups'] && $row['uid'])), count(array_filter($items, fn ($row) => $row['groups'] && !$row['uid'])), count(array_filter($items, fn ($row) => !$row['groups']))], 'who is where');
    same([true, true, true, false], [$items[0]['groups'] && $items[0]['uid'], $items[1]['groups'] && $items[1]['uid'], !empty($items[2]['groups']), !empty($items[3]['groups'])], 'groups and uid, then groups, then the rest');
}
done();
