// Command payload-proxy stands between Waybell and a Temporal server on the same machine. What Waybell sends is stored as
// ciphertext there, and Waybell reads it in clear: it knows nothing of it. docs/production.md installs it.
//
//	payload-proxy -listen 127.0.0.1:7243 -upstream 127.0.0.1:7233 -keys /etc/waybell/payload-keys
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"go.temporal.io/api/proxy"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// As large as the answers that Temporal's own clients take.
const mostBytes = 128 << 20

func main() {
	listen := flag.String("listen", "127.0.0.1:7243", "where Waybell connects")
	upstream := flag.String("upstream", "127.0.0.1:7233", "the Temporal server")
	keys := flag.String("keys", "", "the file of keys; the first one encrypts, all of them decrypt")
	flag.Parse()
	if err := serve(*listen, *upstream, *keys); err != nil {
		log.Fatal(err)
	}
}

func serve(listen, upstream, keys string) error {
	codec, err := readKeys(keys)
	if err != nil {
		return err
	}
	server, err := connect(upstream, codec)
	if err != nil {
		return err
	}
	workflows, err := proxy.NewWorkflowServiceProxyServer(proxy.WorkflowServiceProxyOptions{
		Client: workflowservice.NewWorkflowServiceClient(server),
	})
	if err != nil {
		return err
	}
	front := grpc.NewServer(
		grpc.MaxRecvMsgSize(mostBytes),
		grpc.MaxSendMsgSize(mostBytes),
		// Workers ask every 30 s whether the connection lives; by its default a gRPC server would hang up on them.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
		grpc.UnknownServiceHandler(passOn(server)),
	)
	workflowservice.RegisterWorkflowServiceServer(front, workflows)
	socket, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-asked
		// Workers poll for a minute: whoever is cut off asks again.
		time.AfterFunc(2*time.Second, front.Stop)
		front.GracefulStop()
	}()
	log.Printf("%s encrypts for %s with key %s", listen, upstream, codec.current)
	return front.Serve(socket)
}

// The messages of failures become payloads first, so that the codec encrypts them too.
func connect(upstream string, codec *aesCodec) (*grpc.ClientConn, error) {
	failures, err := converter.NewFailureGRPCClientInterceptor(
		converter.NewFailureGRPCClientInterceptorOptions{EncodeCommonAttributes: true})
	if err != nil {
		return nil, err
	}
	payloads, err := converter.NewPayloadCodecGRPCClientInterceptor(
		converter.PayloadCodecGRPCClientInterceptorOptions{Codecs: []converter.PayloadCodec{codec}})
	if err != nil {
		return nil, err
	}
	return grpc.NewClient(upstream,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithChainUnaryInterceptor(failures, payloads),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(mostBytes), grpc.MaxCallSendMsgSize(mostBytes)),
	)
}

// What has no payloads (search attributes, health) passes as it is: an Empty keeps the fields that it does not know.
// A request of the workflow service that this build does not know may have some, so it is refused.
func passOn(server *grpc.ClientConn) grpc.StreamHandler {
	return func(_ any, stream grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(stream)
		if !strings.HasPrefix(method, "/temporal.api.operatorservice.") && !strings.HasPrefix(method, "/grpc.health.") {
			return status.Errorf(codes.Unimplemented, "%s is not known here: build the proxy with a newer go.temporal.io/api", method)
		}
		request, answer := new(emptypb.Empty), new(emptypb.Empty)
		if err := stream.RecvMsg(request); err != nil {
			return err
		}
		if err := server.Invoke(withHeaders(stream.Context()), method, request, answer); err != nil {
			return err
		}
		return stream.SendMsg(answer)
	}
}

func withHeaders(ctx context.Context) context.Context {
	headers, _ := metadata.FromIncomingContext(ctx)
	headers = headers.Copy()
	for _, own := range []string{":authority", "content-type", "user-agent"} {
		headers.Delete(own)
	}
	return metadata.NewOutgoingContext(ctx, headers)
}
