/** The WebGPU backend of TensorFlow.js on a device of our own. */
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { reuseBuffers } from '../kernels/webgpu-buffers.ts';
import { recordable } from '../kernels/webgpu-recorder.ts';
import type { DeviceTrouble } from './device.ts';

export interface GpuChoice {
  readonly adapter: GPUAdapter;
  readonly name: string;
  readonly software: boolean;
}

/** null where there is no WebGPU or no adapter. */
export async function requestGpu(): Promise<GpuChoice | null> {
  if (!('gpu' in navigator) || navigator.gpu === undefined) return null;
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) return null;
  const { vendor, architecture, device, description } = adapter.info;
  const name = description || [vendor, architecture, device].filter(Boolean).join(' ') || 'GPU';
  const software = adapter.info.isFallbackAdapter === true || /swiftshader|llvmpipe/i.test(name);
  return { adapter, name, software };
}

/**
 * A device of our own, so that a validation error is an error: stock TensorFlow.js goes on with
 * old buffer contents after one.
 */
export async function registerWebGpu(
  { adapter }: GpuChoice,
  onTrouble: (trouble: DeviceTrouble) => void,
): Promise<void> {
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: {
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  });
  device.addEventListener('uncapturederror', (event) => {
    onTrouble({ kind: 'error', message: (event as GPUUncapturedErrorEvent).error.message });
  });
  void device.lost.then(({ message }) => onTrouble({ kind: 'lost', message }));
  // else small tensors are computed on the CPU, in float64 and by other code
  tf.env().set('WEBGPU_CPU_FORWARD', false);

  // a submission costs as much as many dispatches; buffers wait for it, but hardly more of them
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 64);
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () =>
    recordable(reuseBuffers(new WebGPUBackend(device, adapter.info))),
  );
}
