"""The official grpcio as the other side: `peer.py server` or `peer.py client PORT`. Messages are BodyPart (1: id, 2: data)."""
import sys
import threading
import time
from concurrent import futures

import grpc

sys.path.insert(0, sys.argv[1])
import gateway_pb2 as pb  # noqa: E402  made by protoc before the start

SERVICE = "test.Python"
LIMIT = 4 * 1024 * 1024


def unary(request, context):
    metadata = dict(context.invocation_metadata())
    context.set_trailing_metadata((("seen", metadata.get("who", "nobody")), ("raw-bin", b"\x00\xff\x07")))
    if request.id == 1:
        context.abort(grpc.StatusCode.NOT_FOUND, "état 100% – 状态")
    if request.id == 2:
        raise RuntimeError("password=hunter2")
    if request.id == 3:
        time.sleep(30)
    if request.id == 4:
        return pb.BodyPart(data=bytes(len(request.data) + 3))
    if request.id == 5:
        return pb.BodyPart(id=int(context.time_remaining() * 1000))
    return pb.BodyPart(id=request.id, data=request.data)


def server_stream(request, context):
    stopped = threading.Event()

    def stop():
        stopped.set()
        print("ended", flush=True)

    context.add_callback(stop)
    for i in range(request.id):
        yield pb.BodyPart(id=i + 1)
    if request.data == b"endless":
        while not stopped.is_set():
            yield pb.BodyPart(id=0)
    if request.data == b"fail":
        context.abort(grpc.StatusCode.DATA_LOSS, "gone")


def duplex(requests, context):
    for request in requests:
        yield request


def serve():
    server = grpc.server(futures.ThreadPoolExecutor(8))
    kinds = {
        "Unary": grpc.unary_unary_rpc_method_handler,
        "Stream": grpc.unary_stream_rpc_method_handler,
        "Duplex": grpc.stream_stream_rpc_method_handler,
    }
    calls = {"Unary": unary, "Stream": server_stream, "Duplex": duplex}
    handlers = {
        name: kinds[name](calls[name], pb.BodyPart.FromString, pb.BodyPart.SerializeToString) for name in kinds
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print("port", port, flush=True)
    sys.stdin.read()
    server.stop(0)


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def fails(code, call, text=None):
    try:
        call()
    except grpc.RpcError as fault:
        check(fault.code() == code, f"{fault.code()} {fault.details()} in place of {code}")
        check(text is None or fault.details() == text, f"text {fault.details()!r}")
        return fault
    raise AssertionError(f"no fault, {code} expected")


def call_all(port):
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    make = (pb.BodyPart.SerializeToString, pb.BodyPart.FromString)
    one = channel.unary_unary(f"/{SERVICE}/Unary", *make)
    stream = channel.unary_stream(f"/{SERVICE}/Stream", *make)
    both = channel.stream_stream(f"/{SERVICE}/Duplex", *make)
    nothing = channel.unary_unary(f"/{SERVICE}/Nothing", *make)
    key = (("portico-secret-key", "s3cret"),)

    def unary_metadata():
        reply, call = one.with_call(pb.BodyPart(id=9, data=b"x"), metadata=key + (("who", "me"),), timeout=30)
        check(reply.id == 9 and reply.data == b"x", "echo")
        trailers = dict(call.trailing_metadata())
        check(trailers["seen"] == "me" and trailers["raw-bin"] == b"\x00\xff\x07", f"trailers {trailers}")

    def errors():
        fault = fails(grpc.StatusCode.NOT_FOUND, lambda: one(pb.BodyPart(id=1), metadata=key), "état 100% – 状态")
        check(dict(fault.trailing_metadata())["raw-bin"] == b"\x00\xff\x07", "trailers of a fault")
        hidden = fails(grpc.StatusCode.INTERNAL, lambda: one(pb.BodyPart(id=2), metadata=key))
        check("hunter2" not in hidden.details(), hidden.details())
        fails(grpc.StatusCode.UNIMPLEMENTED, lambda: nothing(pb.BodyPart(), metadata=key))
        fails(grpc.StatusCode.UNAUTHENTICATED, lambda: one(pb.BodyPart()))
        fails(grpc.StatusCode.UNAUTHENTICATED, lambda: one(pb.BodyPart(), metadata=(("portico-secret-key", "bad"),)))

    def compressed():
        fails(
            grpc.StatusCode.UNIMPLEMENTED,
            lambda: one(pb.BodyPart(data=bytes(10000)), metadata=key, compression=grpc.Compression.Gzip),
        )

    def deadlines():
        fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: one(pb.BodyPart(id=3), metadata=key, timeout=0.2))
        left = one(pb.BodyPart(id=5), metadata=key, timeout=100).id
        check(50_000 < left <= 102_000, f"time left {left}")

    def cancellation():
        call = stream(pb.BodyPart(id=3, data=b"endless"), metadata=key)
        check([next(call).id for _ in range(3)] == [1, 2, 3], "stream")
        call.cancel()
        fails(grpc.StatusCode.CANCELLED, lambda: list(call))

    def streams():
        check([part.id for part in stream(pb.BodyPart(id=100), metadata=key)] == list(range(1, 101)), "stream")
        got = []

        def read():
            for part in stream(pb.BodyPart(id=2, data=b"fail"), metadata=key):
                got.append(part.id)

        fails(grpc.StatusCode.DATA_LOSS, read, "gone")
        check(got == [1, 2], f"got {got}")
        sent = [pb.BodyPart(id=i, data=bytes(i * 100)) for i in range(1, 200)]
        check(list(both(iter(sent), metadata=key)) == sent, "duplex")

    def sizes():
        just = pb.BodyPart(data=bytes(LIMIT - 5))
        check(just.ByteSize() == LIMIT, f"{just.ByteSize()}")
        check(one(just, metadata=key) == just, "just under the limit")
        fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: one(pb.BodyPart(data=bytes(LIMIT - 4)), metadata=key))
        fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: one(pb.BodyPart(id=4, data=bytes(LIMIT - 7)), metadata=key))

    for test in (unary_metadata, errors, compressed, deadlines, cancellation, streams, sizes):
        test()
        print("passed", test.__name__, flush=True)
    print("all passed", flush=True)


if sys.argv[2] == "server":
    serve()
else:
    call_all(sys.argv[3])
